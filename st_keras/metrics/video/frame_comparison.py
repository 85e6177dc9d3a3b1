"""Forecasts of frames by several methods under a protocol: scores, intervals, skill."""

import numpy as np

from st_keras.metrics.radar.comparison import Comparison
from st_keras.metrics.video.frame_protocol import frame_protocol_of
from st_keras.metrics.video.frame_sums import FrameSums
from st_keras.metrics.video.scores_of_frames import scores_of
from st_keras.validation import check_rank, error


class FrameComparison(Comparison):
    """Scores of forecasts of frames under one protocol, and their skill; see `Comparison`.

    Attributes:
        protocol: `FrameProtocol`.
        scores, baselines, best, intervals, skill, windows, blocks: see `Comparison`; a window is a
            sequence.
        facts: dict, score -> `ScoreFacts`, what tables and curves know of it.
        how: dict, score -> str, what is done to the frames for it, and whether the protocol's
            source prints it.
        by_sequence: dict, method -> dict, score -> float64 array (N,): that of each sequence.
    """

    facts = how = by_sequence = None

    @classmethod
    def of(cls, sums, baselines=(), blocks=None, confidence=0.95, seed=0, resamples=1000):
        """Compare {method: `FrameSums`} of the same sequences; see `compare_frames`."""
        first = next(iter(sums.values()))
        facts = {name: of for scorer in first.scorers for name, of in scorer.facts.items()}
        compared = cls.of_sums(
            "compare_frames",
            {method: of.arrays for method, of in sums.items()},
            first.scores_of,
            lambda name: facts[name].perfect,
            protocol=first.protocol,
            baselines=baselines,
            at_once=True,
            blocks=blocks,
            confidence=confidence,
            seed=seed,
            resamples=resamples,
        )
        how = {name: words for scorer in first.scorers for name, words in scorer.how.items()}
        for name, remark in first.protocol.remarks:
            how[name] += f"; {remark}"
        alone = {method: of.by_sequence() for method, of in sums.items()}
        for key, value in (("facts", facts), ("how", how), ("by_sequence", alone)):
            object.__setattr__(compared, key, value)  # frozen, as a dataclass of its superclass
        return compared

    def as_json(self):
        """Return what `Comparison.as_json` does; each score says its protocol and how."""
        return {
            **super().as_json(),
            "source": self.protocol.source,
            "split": self.protocol.split,
            "scores_are": {
                name: {
                    "protocol": self.protocol.name,
                    "title": self.facts[name].title or name.upper(),
                    "unit": self.facts[name].unit,
                    "better": self.facts[name].better,
                    "how": words,
                }
                for name, words in self.how.items()
            },
        }


def compare_frames(
    y_true,
    forecasts,
    value_range,
    protocol="st-keras-v1",
    baselines=("persistence",),
    blocks=None,
    confidence=0.95,
    seed=0,
    resamples=1000,
    lpips=None,
    batch_size=16,
):
    """Score forecasts of several methods under a protocol, with intervals and skill.

    Args:
        y_true: array (N, T, H, W, C), the frames that came, in the user's units. NaN is missing.
        forecasts: dict, method -> array of this shape.
        value_range: (black, white) in these units.
        protocol: str, a key of `FRAME_PROTOCOLS`, or `FrameProtocol`. Default "st-keras-v1".
        baselines: names of methods that the others are measured against. Default persistence.
        blocks: sequence of N labels: what is resampled together, such as the day of a window that
            overlaps others. Default None: each sequence by itself.
        confidence: float. Default 0.95.
        seed: int, of the resampling. Default 0.
        resamples: int. Default 1000.
        lpips: path of the weights of LPIPS' backbone, see `LPIPS`. Default None: without it.
        batch_size: int, sequences scored at once. Default 16.

    Returns:
        `FrameComparison`; `frame_table` prints it.

    Raises:
        ValueError: for no methods, no sequences, an unknown protocol or baseline, shapes that
            differ, frames smaller than a window, or NaN in a forecast where the truth is valid.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import compare_frames
    >>> truth = np.random.default_rng(0).random((6, 3, 16, 16, 1), "float32")
    >>> forecasts = {"net": 0.9 * truth, "persistence": np.roll(truth, 1, axis=2)}
    >>> compared = compare_frames(truth, forecasts, (0.0, 1.0), resamples=50)
    >>> compared.best["mse"], bool(compared.skill["net"]["mse"].low > 0.5)
    ('persistence', True)
    """
    where = "compare_frames"
    protocol = frame_protocol_of(where, protocol)
    if not forecasts:
        raise error(
            where,
            "no forecasts",
            "a dict of methods, each with its frames",
            "Pass {'model': forecast, 'persistence': persistence_forecast(...)}.",
        )
    y_true, forecasts = _checked_frames(where, y_true, forecasts)
    scorers = scores_of(protocol, value_range, lpips)
    sums = {}
    for start in range(0, len(y_true), batch_size):
        part = slice(start, start + batch_size)
        for method, frames in forecasts.items():
            found = FrameSums.of(protocol, scorers, y_true[part], frames[part])
            sums[method] = sums[method].joined(found) if method in sums else found
    return FrameComparison.of(sums, baselines, blocks, confidence, seed, resamples)


def _checked_frames(where, y_true, forecasts):
    """Return arrays of one shape, with something in them."""
    y_true = np.asarray(y_true)
    check_rank(where, "y_true", y_true.shape, ("N", "T", "H", "W", "C"))
    if not y_true.size:
        raise error(
            where,
            f"y_true of shape {y_true.shape}, which holds no frame",
            "at least one sequence of one frame",
            "Check what the sequences were chosen by.",
        )
    forecasts = {method: np.asarray(frames) for method, frames in forecasts.items()}
    for method, frames in forecasts.items():
        if frames.shape != y_true.shape:
            raise error(
                where,
                f"{method!r} of shape {frames.shape} with y_true of shape {y_true.shape}",
                "arrays of one shape (N, T, H, W, C)",
                "Pass the forecasts of these very frames.",
            )
    return y_true, forecasts
