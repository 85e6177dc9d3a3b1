"""Images drawn from a data set and encoded by a model, a batch at a time."""

import numpy as np

from st_keras.validation import error

_WHERE = "evaluate"


def encoded_rows(model, dataset, num_rows, generator, batch_size, on_progress=None):
    """Draw `num_rows` images and return their codes and factors; images are not kept.

    Args:
        model: has `encode(images)`, or is a function itself: float32 (n, H, W, C) in [0, 1] to an
            array (n, latents).
        dataset: has `draw_images(count, generator)`, which returns uint8 images (count, H, W, C),
            0 to 255, and their factors (count, factors).
        num_rows: int.
        generator: `numpy.random.Generator`.
        batch_size: int. Images drawn and encoded at once.
        on_progress: function(done, total) or None.

    Returns:
        `(codes, factors)`: (num_rows, latents), (num_rows, factors).

    Raises:
        ValueError: if model or data set are of another kind or return other shapes.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.encoded_rows import encoded_rows
    >>> class Greys:
    ...     def draw_images(self, count, generator):
    ...         grey = generator.integers(0, 256, (count, 1))
    ...         return np.tile(grey[:, :, None, None], (1, 4, 4, 1)).astype("uint8"), grey
    >>> mean = lambda images: images.mean(axis=(1, 2))
    >>> codes, factors = encoded_rows(mean, Greys(), 10, np.random.default_rng(0), batch_size=4)
    >>> bool(np.allclose(255 * codes, factors))
    True
    """
    encode = getattr(model, "encode", None)
    encode = encode if callable(encode) else model
    if not callable(encode) or isinstance(model, (str, bytes)):  # these have an encode, too
        raise error(
            _WHERE,
            f"model of type {type(model).__name__}",
            "an object with encode(images), or a function of images",
            "Pass the network, or lambda images: codes.",
        )
    codes, factors = [], []
    for first in range(0, num_rows, batch_size):
        count = min(batch_size, num_rows - first)
        images, values = _checked_draw(dataset, count, generator)
        codes.append(_checked_codes(encode(images.astype("float32") / np.float32(255)), count))
        factors.append(values)
        if on_progress is not None:
            on_progress(first + count, num_rows)
    widths = {len(c[0]) for c in codes}
    if len(widths) > 1:
        raise error(
            _WHERE,
            f"codes with {sorted(widths)} latents in different batches",
            "the same number of latents for all images",
            "Return the posterior means (n, latents) of each image.",
        )
    return np.concatenate(codes), np.concatenate(factors)


def _checked_draw(dataset, count, generator):
    drawn = dataset.draw_images(count, generator)
    if not isinstance(drawn, tuple) or len(drawn) != 2:
        raise error(
            _WHERE,
            f"{type(drawn).__name__} from dataset.draw_images",
            "a tuple (images, factors)",
            "Return both from draw_images(count, generator).",
        )
    images, factors = np.asarray(drawn[0]), np.asarray(drawn[1])
    if images.ndim != 4 or len(images) != count or images.dtype != np.uint8:
        raise error(
            _WHERE,
            f"images of shape {images.shape}, dtype {images.dtype} from dataset.draw_images",
            f"uint8 images ({count}, H, W, C), 0 to 255",
            "Convert images in [0, 1] with (255 * images).astype('uint8').",
        )
    if factors.ndim != 2 or len(factors) != count:
        raise error(
            _WHERE,
            f"factors of shape {factors.shape} from dataset.draw_images",
            f"({count}, factors), one row per image",
            "Return the factors of each image in one row.",
        )
    return images, factors


def _checked_codes(codes, count):
    try:
        codes = np.asarray(codes)
    except ValueError:  # such as a pair of mean and scale of different shapes
        codes = np.empty(0, object)
    if codes.ndim != 2 or len(codes) != count:
        raise error(
            _WHERE,
            f"codes of shape {codes.shape} for {count} images",
            f"({count}, latents), one row per image",
            "Return the posterior means alone, for example model.encode(images)[0].",
        )
    return codes
