"""What a `FrameProtocol` needs to know of forecasts: sums by sequence, small enough to keep all."""

import dataclasses

import numpy as np

from st_keras.metrics.video.frame_protocol import FrameProtocol
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class FrameSums:
    """Sums of the forecasts of one method by sequence, of which all scores of a protocol are made.

    Attributes:
        protocol: `FrameProtocol`.
        scorers: list, what `scores_of` returned.
        arrays: dict, (place of the scorer, name) -> float64 array (N, T, ...).
    """

    protocol: FrameProtocol
    scorers: list
    arrays: dict

    @classmethod
    def of(cls, protocol, scorers, y_true, y_pred):
        """Return the sums of some sequences.

        Args:
            protocol: `FrameProtocol`.
            scorers: what `scores_of` returned.
            y_true: array (B, T, H, W, C), NaN where it is missing.
            y_pred: array of this shape.

        Raises:
            ValueError: for NaN in a forecast where the truth is valid.
        """
        if (np.isnan(y_pred) & ~np.isnan(y_true)).any():
            raise error(
                "FrameSums",
                "NaN in y_pred where y_true is valid",
                "a forecast of every valid value",
                "Score what all methods know: see `common_pixels`.",
            )
        arrays = {
            (place, name): np.asarray(values)
            for place, scorer in enumerate(scorers)
            for name, values in scorer.sums(y_true, y_pred).items()
        }
        return cls(protocol, scorers, arrays)

    def joined(self, other):
        """Return the sums of the sequences of both, those of `other` last."""
        arrays = {
            key: np.concatenate([of, other.arrays[key]], axis=0) for key, of in self.arrays.items()
        }
        return FrameSums(self.protocol, self.scorers, arrays)

    def scores_of(self, arrays):
        """Return {"leads": ..., "mean": ...} of sums over sequences, leading axes and all."""
        leads, means = {}, {}
        for place, scorer in enumerate(self.scorers):
            own = {name: of for (k, name), of in arrays.items() if k == place}
            of_leads, of_means = scorer.scores(own)
            leads |= of_leads
            means |= of_means
        return {"leads": leads, "mean": means}

    def by_sequence(self):
        """Return {score: float64 (N,)}, the score of each sequence by itself, mean over leads."""
        return self.scores_of(self.arrays)["mean"]
