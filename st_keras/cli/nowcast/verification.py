"""`st-keras evaluate` of a `Nowcaster`: its field beside baselines, and its probabilities."""

import numpy as np

from st_keras.metrics.radar import stated_probability_table
from st_keras.plots import reliability_diagram

_BINS = 10


class NowcastVerification:
    """What `verify` asks of a `Nowcaster`; it counts on the way what the probabilities were worth.

    Args:
        model: `Nowcaster`.
        protocol: `RainProtocol`.
        batch_size: int.

    Attributes:
        names: list of str, of its forecasts.
    """

    def __init__(self, model, protocol, batch_size):
        self.model, self.protocol, self.batch_size = model, protocol, batch_size
        self.names = [f"Nowcaster ({model.decision})"]
        self._table, self._crps = None, []

    def forecasts_of(self, sequences):
        """Return context, truth and forecasts of sequences (B, T, H, W, 1), and count them."""
        context, truth, forecasts, distribution = self._forecast(sequences)
        # What no frame of the context knows is no rain, as in the scores of the field.
        stated = {
            threshold: np.nan_to_num(distribution.exceedance(threshold))
            for threshold in self.protocol.thresholds
        }
        table = stated_probability_table(truth, stated, self.protocol.thresholds)
        self._table = table if self._table is None else self._table + table
        probabilities = np.nan_to_num(distribution.probabilities)
        self._crps.append(
            [
                [float(each) for each in self.model.threshold_loss.crps(truth[:, lead, ..., 0], p)]
                for lead, p in enumerate(np.moveaxis(probabilities, 1, 0))
            ]
        )
        return context, truth, forecasts

    def fields_of(self, sequences):
        """Return what `forecasts_of` returns, and count nothing."""
        return self._forecast(sequences)[:3]

    def _forecast(self, sequences):
        length, horizon = self.model.context_length, self.protocol.horizon
        context, truth = sequences[:, :length], sequences[:, length:]
        distribution = self.model.forecast_distribution(
            context, horizon, batch_size=self.batch_size
        )
        forecasts = {self.names[0]: self.model.field_of(context, distribution)}
        return context, truth, forecasts, distribution

    def scores(self):
        """Return dict of lists by lead time: "crps", mm/h, and "brier", a list for each threshold.

        The CRPS is that of the thresholds, see `ThresholdLoss.crps`.
        """
        crps = np.asarray(self._crps)  # (batches, T, (part, mean, count))
        totals = (crps[..., 1] * crps[..., 2]).sum(axis=0)
        with np.errstate(invalid="ignore"):
            means = totals / crps[..., 2].sum(axis=0)
        return {
            "crps": _plain(means),
            "brier": {
                f"{threshold:g}": _plain(of)
                for threshold, of in zip(
                    self.protocol.thresholds, self._table.brier().T, strict=True
                )
            },
        }

    def write(self, folder):
        """Write probabilities.json and reliability.png into a `RunFolder`; print the CRPS."""
        scores = self.scores()
        folder.write_json("probabilities", "probabilities.json", scores)
        curves = self._table.reliability_curves(self.protocol.units, _BINS)
        title = f"all {self.protocol.horizon} lead times"
        path = reliability_diagram(folder / "reliability.png", curves, title)
        folder.note("reliability diagram", path)
        known = [each for each in scores["crps"] if each is not None]
        print(f"CRPS of the probabilities, mean over lead times: {np.mean(known):.4f} mm/h")


def _plain(values):
    return [None if np.isnan(value) else float(value) for value in values]
