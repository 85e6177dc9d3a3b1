"""Small grey images of digits (or garments, or anything), split once into disjoint sets."""

import functools
import pathlib

import numpy as np

from st_keras.datasets.array_file import DIGIT_KEYS
from st_keras.datasets.readers.npz import read_npz
from st_keras.validation import check_one_of, error

SPLITS = ("train", "validation", "test")

# Which image belongs to which split must never move, or a test digit of one run becomes a
# training digit of the next; hence a constant and not an argument.
_SPLIT_SEED = 0
_HELD_OUT = 0.15


def load_digit_images(source="sklearn", split="train"):
    """Load digit images of one split; the splits share no image.

    Args:
        source: where the images come from. Default "sklearn".
            "sklearn": the 1,797 handwritten digits that scikit-learn ships [1], 8x8, enlarged
            to strokes of the size that MNIST has in its 28x28 box. Needs no download.
            A path: an npz with the keys of `keras.datasets.mnist` (`x_train`, `x_test`, both
            (N, 28, 28) uint8; `y_train`, `y_test` where present), such as MNIST or
            Fashion-MNIST. train is the first 90 % of `x_train`, validation the rest, test is
            `x_test`.
            An array: (N, h, w) uint8, at least 3 images of any size.
            "sklearn" and arrays are split 70 / 15 / 15 by a fixed permutation.
        split: "train", "validation" or "test". Default "train".

    Returns:
        `(images, labels)`: uint8 (N, h, w), 0 (background) to 255, and int64 (N,), or None
        where the source has no labels. h = w = 28 unless an array says otherwise.

    Raises:
        ValueError: if the source or split is unknown, the file is missing, damaged, pickled or
            lacks a key, or the images are not (N, h, w) uint8 with some ink in them.

    Example:
    >>> images, labels = load_digit_images("sklearn", "test")
    >>> images.shape, images.dtype, labels.shape
    ((270, 28, 28), dtype('uint8'), (270,))

    References:
        [1] Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998,
            https://doi.org/10.24432/C50P49
    """
    where = "load_digit_images"
    check_one_of(where, "split", split, SPLITS)
    if isinstance(source, np.ndarray):
        return _fixed_split(_check_images(where, "source", source), None, split)
    if not isinstance(source, (str, pathlib.Path)):
        raise error(
            where,
            f"source of type {type(source).__name__}",
            "'sklearn', the path of an npz, or a uint8 array (N, h, w)",
            "Convert other images with numpy.asarray(images, 'uint8').",
        )
    if str(source) == "sklearn":
        return _fixed_split(*_sklearn_digits(), split)
    if pathlib.Path(source).suffix.lower() != ".npz":
        raise error(
            where,
            f"source={str(source)!r}",
            "'sklearn', or the path of an npz with x_train and x_test",
            "Pass source='sklearn' for digits that need no file.",
        )
    return _keras_split(where, source, split)


@functools.cache
def _sklearn_digits():
    from scipy import ndimage
    from sklearn.datasets import load_digits

    digits = load_digits()
    # Threefold makes a digit 24 pixels tall. The margin of one source pixel keeps the spline
    # from ringing at the edge; 30 is then cut to 28.
    ink = np.pad(digits.images / 16.0, ((0, 0), (1, 1), (1, 1)))
    ink = ndimage.zoom(ink, (1, 3, 3), order=3, mode="grid-constant", grid_mode=True)
    # Interpolation leaves half the stroke grey; this window of greys gives crisp edges and
    # strokes nearly as thin as MNIST's.
    ink = np.clip((ink[:, 1:-1, 1:-1] - 0.35) / 0.4, 0.0, 1.0)
    return np.rint(255 * ink).astype("uint8"), digits.target.astype("int64")


def _fixed_split(images, labels, split):
    count = len(images)
    held_out = max(1, round(count * _HELD_OUT))
    order = np.random.default_rng(_SPLIT_SEED).permutation(count)
    train, validation, test = np.split(order, [count - 2 * held_out, count - held_out])
    chosen = {"train": train, "validation": validation, "test": test}[split]
    return images[chosen], None if labels is None else labels[chosen]


def _keras_split(where, path, split):
    part = "test" if split == "test" else "train"
    content = read_npz(where, path, (f"x_{part}", f"y_{part}"))
    missing = [key for key in DIGIT_KEYS if key not in content]
    if missing:
        raise error(
            where,
            f"{str(path)!r} without {' and '.join(missing)} (it has {', '.join(content)})",
            "an npz with the keys x_train and x_test, as keras.datasets.mnist has them",
            "Save the images as numpy.savez(name, x_train=..., x_test=...).",
        )
    name = f"x_{part} of {str(path)!r}"
    images = _check_images(where, name, content[f"x_{part}"], (28, 28))
    labels = content.get(f"y_{part}")
    if labels is not None:
        labels = _check_labels(where, f"y_{part} of {str(path)!r}", labels, len(images))
    if split == "test":
        return images, labels
    cut = len(images) * 9 // 10
    keep = slice(None, cut) if split == "train" else slice(cut, None)
    return images[keep], None if labels is None else labels[keep]


def _check_images(where, name, images, size=None):
    box = "(N, 28, 28)" if size else "(N, h, w)"
    is_array = isinstance(images, np.ndarray)
    if not is_array or images.ndim != 3 or (size and images.shape[1:] != size):
        raise error(
            where,
            f"{name} of shape {getattr(images, 'shape', None)}",
            f"grey images {box}",
            "Drop a channel axis of 1 with images[..., 0]; fold flat rows with numpy.reshape.",
        )
    if images.dtype != np.uint8:
        raise error(
            where,
            f"{name} of dtype {images.dtype}",
            "uint8, 0 (background) to 255",
            "Convert images in [0, 1] with (255 * images).astype('uint8').",
        )
    if len(images) < 3 or not images.any():
        raise error(
            where,
            f"{name} of shape {images.shape}, maximum {images.max(initial=0)}",
            "at least 3 images, with some pixel above 0",
            "Check that the right array was saved.",
        )
    return images


def _check_labels(where, name, labels, count):
    is_array = isinstance(labels, np.ndarray)
    if not is_array or labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise error(
            where,
            f"{name} of shape {getattr(labels, 'shape', None)}, "
            f"dtype {getattr(labels, 'dtype', None)}",
            f"one integer per image, ({count},)",
            "Leave the labels out of the file if there are none.",
        )
    return labels.astype("int64")
