"""The search space of the Nowcaster, and its objectives: CRPS and CSI."""

import math

import keras

from st_keras.choices import PRECISIONS, RESIDUALS
from st_keras.metrics.radar import CSI
from st_keras.models import Nowcaster
from st_keras.models.nowcaster.nowcast_optimizer import WEIGHT_DECAY, nowcast_optimizer
from st_keras.training import NaNGuard
from st_keras.tuning.lazy_hyper_model import LazyHyperModel
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.tuning.ranges import between, choose, draw, one_of, several, whole
from st_keras.tuning.trial_length import EPOCHS, TrialLength, check_size
from st_keras.validation import check_int, check_one_of, error

_DIRECTIONS = {"crps": "min", "csi": "max"}


class NowcasterHyperModel(LazyHyperModel):
    """A `keras_tuner.HyperModel` of `Nowcaster`, for any tuner of keras-tuner.

    A tuple of values is a choice; a pair of bounds is any number between them; one value alone is
    not searched. The objective to pass to the tuner is `objective`, of `validation_data`. Both
    scores are logged, "val_crps" and "val_csi".

    - "crps": how good the distribution is; the least wins.
    - "csi": how good the field of the model's decision is; the highest wins.

    The scores are those of the averaged weights, which the tuner keeps. The learning rate of each
    trial falls along a cosine to its end. Pass `search` a dataset of sequences (B, T, H, W, 1) in
    mm/h that repeats. For `keras_tuner.Hyperband` set `max_epochs=reports`.

    Args:
        steps: int >= 1, batches of a trial.
        score: "crps" or "csi". Default "crps".
        reports: int >= 1, validations of a trial; its score is the best of them. Default 4.
        residual: names out of "unet", "predrnn" and "modernn", or layers called as `ResidualUNet`,
            which are copied for each model and chosen by their names. Default: the three names.
        leads_per_batch: ints >= 1. Default (2, 4, 8).
        learning_rate: bounds above 0, logarithmic. Default (5e-4, 5e-3).
        weight_decay: bounds, logarithmic, or 0. Default 1e-3.
        precision: names of dtype policies. Default "float32".
        csi_thresholds: as of `CSI`. Default (0.5, 1, 2, 5).
        nowcaster: dict of further arguments of `Nowcaster`, the same in each trial, such as
            {"context_length": 4}. Default: none.
        max_parameters, seed, **kwargs: as in `PredRNNHyperModel`.

    Raises:
        ValueError: for values out of range; without keras-tuner, with the pip line.

    Example:

    >>> import keras_tuner
    >>> space = NowcasterHyperModel(steps=8, score="csi", residual=("unet", "predrnn"))
    >>> space.objective.name, space.objective.direction
    ('val_csi', 'max')
    >>> hp = keras_tuner.HyperParameters()
    >>> space.build(hp).residual, sorted(hp.values)
    ('unet', ['leads_per_batch', 'learning_rate', 'precision', 'residual', 'weight_decay'])
    """

    def __init__(
        self,
        steps,
        score="crps",
        reports=4,
        residual=RESIDUALS,
        leads_per_batch=(2, 4, 8),
        learning_rate=(5e-4, 5e-3),
        weight_decay=WEIGHT_DECAY,
        precision="float32",
        csi_thresholds=(0.5, 1.0, 2.0, 5.0),
        nowcaster=None,
        max_parameters=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        where = type(self).__name__
        self.length = TrialLength(where, steps, reports)
        self.score = check_one_of(where, "score", score, tuple(_DIRECTIONS))
        residuals = residual if isinstance(residual, (list, tuple)) else (residual,)
        self.layers = {x.name: x for x in residuals if isinstance(x, keras.layers.Layer)}
        names = tuple(x.name if isinstance(x, keras.layers.Layer) else x for x in residuals)
        self.residual = several(where, "residual", names, one_of((*RESIDUALS, *self.layers)))
        self.leads_per_batch = several(where, "leads_per_batch", leads_per_batch, whole(1))
        self.learning_rate = between(where, "learning_rate", learning_rate)
        self.weight_decay = between(where, "weight_decay", weight_decay, or_zero=True)
        self.precision = several(where, "precision", precision, one_of(PRECISIONS))
        self.csi_thresholds = csi_thresholds
        self.nowcaster = dict(nowcaster or {})
        taken = sorted({"residual", "leads_per_batch", "dtype"} & set(self.nowcaster))
        if taken:
            raise error(
                "NowcasterHyperModel",
                f"nowcaster={{{taken[0]!r}: ...}}",
                "arguments of Nowcaster that it does not search itself",
                "Pass residual=, leads_per_batch= or precision= to NowcasterHyperModel.",
            )
        self.max_parameters = max_parameters
        if max_parameters is not None:
            self.max_parameters = check_int(where, "max_parameters", max_parameters, 1)
        self.seed = None if seed is None else check_int(where, "seed", seed, 0)

    @property
    def objective(self):
        """`keras_tuner.Objective`: the least "val_crps", or the highest "val_csi"."""
        keras_tuner = require_keras_tuner(type(self).__name__)
        return keras_tuner.Objective(f"val_{self.score}", _DIRECTIONS[self.score])

    def settings(self, hp):
        """Return what the hyperparameters say, and register those that are new.

        Args:
            hp: `keras_tuner.HyperParameters`.

        Returns:
            `(model, training)`: dicts with "residual", a name, and "leads_per_batch"; with
            "learning_rate", "weight_decay" and "precision".
        """
        model = {
            "residual": choose(hp, "residual", self.residual),
            "leads_per_batch": choose(hp, "leads_per_batch", self.leads_per_batch),
        }
        return model, {
            "learning_rate": draw(hp, "learning_rate", self.learning_rate),
            "weight_decay": draw(hp, "weight_decay", self.weight_decay),
            "precision": choose(hp, "precision", self.precision),
        }

    def build(self, hp):
        """Return a compiled, built `Nowcaster`.

        Args:
            hp: `keras_tuner.HyperParameters`.
        """
        settings, training = self.settings(hp)
        if self.seed is not None:
            keras.utils.set_random_seed(self.seed)
        residual = settings.pop("residual")
        if residual in self.layers:
            layer = self.layers[residual]
            residual = type(layer).from_config(layer.get_config())
        model = Nowcaster(
            residual,
            **{"seed": self.seed or 0, **self.nowcaster, **settings},
            dtype=training["precision"],
        )
        optimizer = nowcast_optimizer(
            self.length.batches(hp.values), training["learning_rate"], training["weight_decay"]
        )
        model.compile(optimizer, metrics=[CSI(self.csi_thresholds)])
        model.build((None, None, None, None, 1))
        model.optimizer.build(model.trainable_variables)  # see `ForecasterHyperModel.build`
        return model

    def fit(self, hp, model, *args, **kwargs):
        """Train for the batches of a trial; return the `History`.

        Args:
            hp: `keras_tuner.HyperParameters`.
            model: what `build` returned.
            *args: those of `model.fit`: a dataset of sequences that repeats.
            **kwargs: those of `model.fit`, such as `validation_data` and `callbacks`.

        Raises:
            keras_tuner.errors.FailedTrialError: for more than `max_parameters`.
            ValueError: if inputs, loss or gradients are no longer finite.
        """
        check_size(model, self.max_parameters)
        if EPOCHS not in hp.values:
            # The swap, which looks for the last epoch, has to find it where the steps end.
            epochs = math.ceil(self.length.steps / self.length.steps_per_report)
            kwargs = {"epochs": epochs, **kwargs}
        arguments = self.length.fit_arguments(hp.values, kwargs)
        swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
        # Before the tuner's own, which keep the weights that were scored.
        arguments["callbacks"] = [swap, *arguments["callbacks"], NaNGuard()]
        return model.fit(*args, **arguments)
