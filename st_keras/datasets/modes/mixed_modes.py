"""Moving digits in several modes, drawn by number as `MovingDigits` are."""

import hashlib
import pathlib

import numpy as np

from st_keras.datasets.digit_images import SPLITS, load_digit_images
from st_keras.datasets.modes.digit_mode import DIGIT_MODES, DigitMode
from st_keras.datasets.modes.digit_renderer import check_image_size, draw_digits
from st_keras.datasets.modes.mode_source import ModeSource, check_names, name_key
from st_keras.validation import check_int, error


class MixedModes(ModeSource):
    """Sequences of moving digits from several labelled regimes of motion (modes).

    Every block of `len(modes)` sequences holds each mode once, in an order drawn from the seed
    and the block. The frames of a sequence are a pure function of (source, split, seed, name of
    the mode, rank within the mode) and of the sizes: batch size, machine, time of asking and
    the other modes of the mixture do not change them. So `only(mode)` gives the very sequences
    of the mixture, to train on one mode alone and compare. Splits use disjoint images.

    Args:
        modes: names out of `DIGIT_MODES`, or a dict from names of your own to `DigitMode`. Default
            one, two and three digits that bounce as `MovingDigits` do. Others are "straight",
            "rotating_scaling", "accelerating" and "appearing_disappearing".
        source: "sklearn" (default, needs no file), the path of an npz such as MNIST's, or a
            uint8 array (N, h, w); see `load_digit_images`.
        split: "train" (default), "validation" or "test".
        image_size: int or (H, W). Larger than a digit. Default 64.
        num_frames: int. Frames T per sequence, context and horizon together. Default 20.
        num_sequences: int for a fixed set, or None (default) for an endless stream.
        seed: int of at least 0. Default 0.

    Attributes:
        members: dict from name to `DigitMode`.
        value_range: (0.0, 1.0), of the frames.

    Raises:
        ValueError: if a mode is unknown or named twice, an argument is out of its range or the
            source cannot be read.

    Differs from ModeRNN [1]: its code reads a mixed Moving MNIST from files without labels of the
        modes, and has no generator for them.

    Example:
    >>> mixture = MixedModes(modes=("two_digits", "straight"), num_sequences=10)
    >>> mixture.sequences(0, 3).shape, sorted(mixture.mode_labels(0, 2).tolist())
    ((3, 20, 64, 64, 1), [0, 1])
    >>> frames, labels = next(iter(mixture.as_dataset(batch_size=4, labels=True)))
    >>> frames.shape[0], labels.dtype.name, mixture.only("straight").num_sequences
    (4, 'int64', 5)
    >>> MixedModes(modes={"crowd": DigitMode(5, DIGIT_MODES["straight"].motion)}).modes
    ('crowd',)

    References:
        [1] Yao, Wang, Wu, Wang, Long: ModeRNN: Harnessing Spatiotemporal Mode Collapse in
            Unsupervised Predictive Learning, 2021, https://arxiv.org/abs/2110.03882
    """

    value_range = (0.0, 1.0)

    def __init__(
        self,
        modes=("one_digit", "two_digits", "three_digits"),
        source="sklearn",
        split="train",
        image_size=64,
        num_frames=20,
        num_sequences=None,
        seed=0,
    ):
        where = "MixedModes"
        self.members = _check_modes(where, modes)
        self.num_frames = check_int(where, "num_frames", num_frames, 1)
        self.seed = check_int(where, "seed", seed, 0)
        self.num_sequences = num_sequences
        if num_sequences is not None:
            self.num_sequences = check_int(where, "num_sequences", num_sequences, 1)
        self.images, _ = load_digit_images(source, split)
        self.digit_size = self.images.shape[1:]
        self.image_size = check_image_size(where, image_size, self.digit_size)
        self.source = "array" if isinstance(source, np.ndarray) else str(source)
        self.split = split

    @property
    def image_shape(self):
        """Shape of a frame, (H, W, 1)."""
        return (*self.image_size, 1)

    def read_mode(self, mode, first, count):
        """Draw the sequences of one mode with the ranks `first` to `first + count - 1`.

        Args:
            mode: str, one of `modes`.
            first: int of at least 0.
            count: int of at least 1.

        Returns:
            float32 (count, T, H, W, 1) in [0, 1].
        """
        chosen, tracks = [], []
        for rank in range(first, first + count):
            # A stream of its own for each sequence, so that no draw depends on a neighbour.
            stream = (self.seed, SPLITS.index(self.split), name_key(mode), rank)
            rng = np.random.default_rng(stream)
            digit_mode = self.members[mode]
            chosen.append(rng.integers(len(self.images), size=digit_mode.num_digits))
            tracks.append(digit_mode.draw(rng, self.num_frames))
        frames = draw_digits(self.images[np.stack(chosen)], tracks, self.image_size)
        return (frames / np.float32(255))[..., None]

    def card(self):
        """Describe the data for a run record.

        Returns:
            dict of JSON values: generator, source, split, seed, modes, sizes, the number of
            digit images to draw from and the SHA-256 of their pixels.
        """
        return {
            "generator": "MixedModes",
            "source": pathlib.PurePath(self.source).name,
            "split": self.split,
            "seed": self.seed,
            "modes": {
                name: {"num_digits": int(mode.num_digits), "motion": mode.motion_name}
                for name, mode in self.members.items()
            },
            "image_size": list(self.image_size),
            "digit_size": list(self.digit_size),
            "num_frames": self.num_frames,
            "num_sequences": self.num_sequences,
            "num_digit_images": len(self.images),
            "digit_images_sha256": hashlib.sha256(self.images.tobytes()).hexdigest(),
        }

    def __repr__(self):
        return (
            f"MixedModes(modes={self.modes}, source={self.source!r}, split={self.split!r}, "
            f"image_size={self.image_size}, num_frames={self.num_frames}, "
            f"num_sequences={self.num_sequences}, seed={self.seed})"
        )


def _check_modes(where, modes):
    known = ", ".join(repr(name) for name in DIGIT_MODES)
    if isinstance(modes, dict):
        check_names(where, "modes", modes)
        wrong = [name for name, mode in modes.items() if not isinstance(mode, DigitMode)]
        if wrong:
            raise error(
                where,
                f"modes with {wrong[0]!r} of type {type(modes[wrong[0]]).__name__}",
                "a dict from names to DigitMode",
                "Wrap it: DigitMode(num_digits, motion).",
            )
        modes = dict(modes)
    elif not isinstance(modes, (tuple, list)):
        raise error(
            where,
            f"modes={modes!r}",
            f"a tuple of names out of {known}, or a dict from names to DigitMode",
            "Pass modes=('two_digits',) for a single mode.",
        )
    else:
        unknown = [name for name in modes if not isinstance(name, str) or name not in DIGIT_MODES]
        if unknown or len(set(modes)) != len(modes):
            raise error(
                where,
                f"modes={modes!r}",
                f"names out of {known}, each once",
                "Pass a dict from names to DigitMode for modes of your own.",
            )
        modes = {name: DIGIT_MODES[name] for name in modes}
    if not modes:
        raise error(where, "no modes", "at least one mode", f"Pass some of {known}.")
    return modes
