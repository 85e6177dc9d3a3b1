"""KITTI Masks: pairs of pedestrian masks from natural video, as SlowVAE learns from them."""

import copy
import hashlib

import numpy as np

from st_keras.datasets.pairs.kitti_masks_file import read_kitti_masks
from st_keras.datasets.pairs.pair_source import PairSource
from st_keras.validation import check_int, check_number, error

_SHORTEST = 2  # frames that make a pair


class KittiMasks(PairSource):
    """Pairs of binary pedestrian masks, up to `max_delta_t` frames apart.

    The first frame of a pair is drawn uniformly from all frames that have a successor in their
    sequence; the second lies 1 to `max_delta_t` frames later, each distance with equal
    probability, or at the end of the sequence where that is nearer. Single images are drawn
    uniformly from all frames. Masks stay packed, one bit per pixel: the published file takes
    43 MB of memory. White (255) is pedestrian.

    The factors are `center_y` and `center_x`, the mean row and column of the mask's pixels, and
    `area`, the number of its pixels; all are continuous, so factor_sizes is None.

    Args:
        path: str or path of the file: the published pickle `kitti_peds_v2.pickle` (read without
            executing it), or an npz; see `read_kitti_masks`.
        max_delta_t: int, largest distance of a pair in frames. Default 5, as published; with
            frames 0.05 s apart, 1 and 5 give the published mean distances 0.05 s and 0.15 s.
        sequences: indices of the sequences to use, in file order; a slice, or None (default)
            for all.

    Attributes:
        sequences: int64 array, indices in the file of the sequences in use.
        num_frames: int, frames in use.
        num_pairs: int, frames in use that have a successor.
        num_dropped: int, chosen sequences of a single frame, which make no pair and are left out.

    Raises:
        ValueError: if the file does not hold such masks, or no sequence of 2 frames is chosen.

    Differs from the reference:
        The reference trains and scores on all sequences; that is the default here too, and
        `split` holds sequences out. Scores draw images with replacement, there without
        replacement within 16 images.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "masks.npz"
    ...     np.savez(path, masks_packed=np.zeros((5, 512), "uint8"), lengths=[2, 3],
    ...              latents=np.arange(15.0).reshape(5, 3))
    ...     masks = KittiMasks(path, max_delta_t=1)
    >>> frames, factors = masks.draw_pairs(8, np.random.default_rng(0))
    >>> frames.shape, factors.shape, masks.num_pairs
    ((8, 2, 64, 64, 1), (8, 2, 3), 3)

    References:
        Klindt, Schott, Sharma, Ustyuzhaninov, Brendel, Bethge, Paiton: Towards Nonlinear
        Disentanglement in Natural Data with Temporal Sparse Coding, ICLR 2021,
        https://arxiv.org/abs/2007.10930
        Voigtlaender, Krause, Osep, Luiten, Sekar, Geiger, Leibe: MOTS: Multi-Object Tracking and
        Segmentation, CVPR 2019, https://arxiv.org/abs/1902.03604
    """

    name = "kitti_masks"
    factor_names = ("center_y", "center_x", "area")
    factor_sizes = None

    def __init__(self, path, max_delta_t=5, sequences=None):
        self.max_delta_t = check_int("KittiMasks", "max_delta_t", max_delta_t, 1)
        content = read_kitti_masks("KittiMasks", path)
        self._packed, self._size, self._lengths, self._latents = content
        self.image_shape = (*self._size, 1)
        self._use(_check_sequences(sequences, len(self._lengths)))

    def split(self, test=0.2):
        """Hold whole sequences out.

        The file lists recordings one after the other, and shows most pedestrians in two or three
        overlapping windows side by side. So the last sequences are held out, not random ones: a
        random choice would put views of one moment into both parts.

        Args:
            test: float, share of the sequences in use that is held out, in (0, 1). Default 0.2.

        Returns:
            `(train, test)`, two `KittiMasks` that share their memory with this one.

        Raises:
            ValueError: if `test` is outside [0, 1] or leaves a part without sequences.
        """
        test = check_number("KittiMasks.split", "test", test, 0, 1)
        cut = len(self.sequences) - round(test * len(self.sequences))
        if not 0 < cut < len(self.sequences):
            raise error(
                "KittiMasks.split",
                f"test={test} of {len(self.sequences)} sequences",
                "at least one sequence in either part",
                "Choose a share nearer to 0.5.",
            )
        parts = copy.copy(self), copy.copy(self)
        parts[0]._use(self.sequences[:cut])
        parts[1]._use(self.sequences[cut:])
        return parts

    def draw_pairs(self, count, generator):
        """Draw pairs; uint8 (count, 2, H, W, 1) of 0 and 255, and float64 (count, 2, 3)."""
        start = generator.integers(0, self.num_pairs, count)
        delta = generator.integers(1, self.max_delta_t, count, endpoint=True)
        start, last = self._starts[start], self._lasts[start]
        rows = np.stack([start, np.minimum(start + delta, last)], axis=1)
        return self._masks(rows), self._latents[rows]

    def draw_images(self, count, generator):
        """Draw single masks; uint8 (count, H, W, 1) of 0 and 255, and float64 (count, 3)."""
        rows = self._frames[generator.integers(0, self.num_frames, count)]
        return self._masks(rows), self._latents[rows]

    def card(self):
        """Return what identifies the data, as a JSON-ready dict for run records."""
        return {
            **super().card(),
            "max_delta_t": self.max_delta_t,
            "num_sequences": len(self.sequences),
            "num_frames": self.num_frames,
            "num_pairs": self.num_pairs,
            "num_dropped": self.num_dropped,
            "sha256": hashlib.sha256(self._packed[self._frames].tobytes()).hexdigest(),
        }

    def _use(self, sequences):
        kept = sequences[self._lengths[sequences] >= _SHORTEST]
        if not len(kept):
            raise error(
                "KittiMasks",
                f"{len(sequences)} sequences, none of 2 frames or more",
                "a sequence with at least one pair",
                "Choose other sequences.",
            )
        self.sequences, self.num_dropped = kept, len(sequences) - len(kept)
        ends = np.cumsum(self._lengths)[kept]
        spans = [np.arange(e - n, e) for e, n in zip(ends, self._lengths[kept], strict=True)]
        self._frames = np.concatenate(spans)
        self._starts = np.concatenate([span[:-1] for span in spans])
        self._lasts = np.repeat(ends - 1, self._lengths[kept] - 1)
        self.num_frames, self.num_pairs = len(self._frames), len(self._starts)

    def _masks(self, rows):
        height, width = self._size
        bits = np.unpackbits(self._packed[rows], axis=-1, count=height * width)
        return bits.reshape(*rows.shape, height, width, 1) * np.uint8(255)


def _check_sequences(sequences, count):
    """Return indices into the file as int64, without repeats."""
    if sequences is None:
        return np.arange(count)
    if isinstance(sequences, slice):
        return np.arange(count)[sequences]
    chosen = np.asarray(sequences)
    whole = chosen.ndim == 1 and chosen.dtype.kind in "iu" and len(chosen)
    good = whole and chosen.min() >= 0 and chosen.max() < count
    if not good or len(np.unique(chosen)) != len(chosen):
        raise error(
            "KittiMasks",
            f"sequences={sequences!r:.80}",
            f"different integers, 0 to {count - 1}, or a slice",
            "Pass sequences=None for all.",
        )
    return chosen.astype("int64")
