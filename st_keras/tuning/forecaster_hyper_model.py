"""What the search spaces of all forecasters share: schedule, learning rate, precision, training."""

import keras

from st_keras.choices import PRECISIONS, SAMPLINGS
from st_keras.metrics.scores_by_name import score_class
from st_keras.training import (
    Forecaster,
    NaNGuard,
    ReverseScheduledSampling,
    ScheduledSampling,
)
from st_keras.tuning.lazy_hyper_model import LazyHyperModel
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.tuning.precisions import default_precisions
from st_keras.tuning.ranges import between, choose, draw, one_of, several, whole
from st_keras.tuning.trial_length import TrialLength, check_size
from st_keras.validation import check_int, check_rank, error

PATCH_SIZES = (2, 4, 8)  # tried where they divide the image
TEACHER_FORCING = "teacher_forcing"


class ForecasterHyperModel(LazyHyperModel):
    """Build and fit a `Forecaster` from the hyperparameters of a trial.

    A subclass has `network`, the class it builds, and `network_settings(hp)`.

    Args:
        image_shape: `(H, W, C)`.
        steps: int >= 1, batches of a trial.
        context_length, reports, layers, filters, patch_size, sampling, sampling_until,
            learning_rate, precision, normalization, max_parameters, seed, **kwargs: as in
            `PredRNNHyperModel`.
        most_positions: int or None. Default patch sizes leave at most so many positions H W / p p.
        score: str or None. Name of a score of the forecasts, as of `score_forecasts`, that is
            logged and whose best value is the objective. Default None: "val_mse".
        value_range: pair of floats, black and white in the user's units, for `score`. Default
            (0.0, 1.0).
        validity_channel: bool, whether the network reads where values are there. Default False.
        loss: `keras.losses.Loss` of the frames, the same in each trial. Default None: the MSE.
        forecaster: dict of further arguments of `Forecaster`, the same in each trial, such as
            {"missing": "mask", "pad": True}. With "pad" any patch size fits. Default: none.
    """

    network = None

    def __init__(
        self,
        image_shape,
        steps,
        context_length,
        reports,
        layers,
        filters,
        patch_size,
        sampling,
        sampling_until,
        learning_rate,
        precision,
        normalization,
        max_parameters,
        seed,
        most_positions=None,
        score=None,
        value_range=(0.0, 1.0),
        validity_channel=False,
        forecaster=None,
        loss=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        where = type(self).__name__
        check_rank(where, "image_shape", image_shape, ("H", "W", "C"))
        self.image_shape = tuple(check_int(where, "image_shape", n, 1) for n in image_shape)
        self.length = TrialLength(where, steps, reports)
        self.context_length = check_int(where, "context_length", context_length, 1)
        self.layers = several(where, "layers", layers, whole(1))
        self.filters = several(where, "filters", filters, whole(1))
        self.forecaster = dict(forecaster or {})
        self.loss = loss
        self.validity_channel = bool(validity_channel)
        pads = self.forecaster.get("pad", False)
        if patch_size is None:
            patch_size = _fitting(self.image_shape, most_positions, pads)
        self.patch_size = several(where, "patch_size", patch_size, self._check_patch_size)
        self.sampling = several(where, "sampling", sampling, one_of(SAMPLINGS))
        self.sampling_until = between(where, "sampling_until", sampling_until, maximum=1.0)
        self.learning_rate = between(where, "learning_rate", learning_rate)
        precision = default_precisions() if precision is None else precision
        self.precision = several(where, "precision", precision, one_of(PRECISIONS))
        self.normalization = normalization
        self.max_parameters = max_parameters
        if max_parameters is not None:
            self.max_parameters = check_int(where, "max_parameters", max_parameters, 1)
        self.seed = None if seed is None else check_int(where, "seed", seed, 0)
        self.score = score
        self.value_range = value_range
        if score is not None:
            _direction(where, score)

    @property
    def objective(self):
        """`keras_tuner.Objective`: the best `score`, or the least "val_mse" in the user's units."""
        where = type(self).__name__
        name, direction = ("mse", "min")
        if self.score is not None:
            name, direction = self.score, _direction(where, self.score)
        return require_keras_tuner(where).Objective(f"val_{name}", direction)

    def settings(self, hp):
        """Return what the hyperparameters say, and register those that are new.

        Args:
            hp: `keras_tuner.HyperParameters`.

        Returns:
            `(network, training)`: dicts of arguments of the network, and of "sampling",
            "sampling_until", "learning_rate", "precision" and "decoupling_weight".
        """
        network = {
            "filters": (choose(hp, "filters", self.filters),) * choose(hp, "layers", self.layers),
            "patch_size": choose(hp, "patch_size", self.patch_size),
        }
        network |= self.network_settings(hp)
        training = {"decoupling_weight": self.decoupling_weight_of(hp, network)}
        training["sampling"] = choose(hp, "sampling", self.sampling)
        training["sampling_until"] = self._sampling_until(hp)
        training["learning_rate"] = draw(hp, "learning_rate", self.learning_rate)
        training["precision"] = choose(hp, "precision", self.precision)
        return network, training

    def network_settings(self, hp):
        """Return the arguments that only this network has."""
        raise NotImplementedError

    def decoupling_weight_of(self, hp, network):
        """Return the weight of the decoupling term: 0 for networks that have none."""
        return 0.0

    def build(self, hp):
        """Return a compiled, built `Forecaster`; it logs "val_mse" and "val_mae" beside the loss.

        Both are means over the values of the future, of a masked archive over the valid ones.

        Args:
            hp: `keras_tuner.HyperParameters`.
        """
        network, training = self.settings(hp)
        if self.seed is not None:
            keras.utils.set_random_seed(self.seed)
        model = Forecaster(
            self.network(
                **network, validity_channel=self.validity_channel, dtype=training["precision"]
            ),
            self.context_length,
            sampling=self._build_sampling(training, self.length.batches(hp.values)),
            decoupling_weight=training["decoupling_weight"],
            normalization=_copied(self.normalization),
            seed=self.seed or 0,
            **self.forecaster,
        )
        model.compile(
            keras.optimizers.Adam(training["learning_rate"]),
            loss=_copied(self.loss),
            metrics=self._metrics(),
        )
        model.build((None, None, *self.image_shape))
        # Else Keras, when a tuner loads a checkpoint, warns of what the optimizer lacks.
        model.optimizer.build(model.trainable_variables)
        return model

    def fit(self, hp, model, *args, **kwargs):
        """Train for the batches of a trial; return the `History`.

        Args:
            hp: `keras_tuner.HyperParameters`.
            model: what `build` returned.
            *args: those of `model.fit`: a dataset of frames (B, T, H, W, C) that repeats.
            **kwargs: those of `model.fit`, such as `validation_data` and `callbacks`.

        Raises:
            keras_tuner.errors.FailedTrialError: for more than `max_parameters`.
            ValueError: if inputs, loss or gradients are no longer finite.
        """
        check_size(model, self.max_parameters)
        arguments = self.length.fit_arguments(hp.values, kwargs)
        arguments["callbacks"].append(NaNGuard())
        return model.fit(*args, **arguments)

    def _metrics(self):
        logged = [
            keras.metrics.MeanSquaredError(name="mse"),
            keras.metrics.MeanAbsoluteError(name="mae"),
        ]
        if self.score is not None:
            low, high = self.value_range
            scored = score_class(self.score)(max_value=high, min_value=low)
            logged = [metric for metric in logged if metric.name != scored.name] + [scored]
        return logged

    def _sampling_until(self, hp):
        if self.sampling == (TEACHER_FORCING,):
            return None
        if TEACHER_FORCING not in self.sampling:
            return draw(hp, "sampling_until", self.sampling_until, log=False)
        scheduled = [name for name in self.sampling if name != TEACHER_FORCING]
        with hp.conditional_scope("sampling", scheduled):
            return draw(hp, "sampling_until", self.sampling_until, log=False)

    def _build_sampling(self, training, batches):
        if training["sampling"] == TEACHER_FORCING:
            return None
        stop = max(round(training["sampling_until"] * batches), 2)
        if training["sampling"] == "scheduled":
            return ScheduledSampling.until(stop)
        # The published proportions: 25,000 batches, 50,000 and 2,500.
        return ReverseScheduledSampling.plateau(stop // 2, stop, stop / 20)

    def _check_patch_size(self, where, name, value):
        value = check_int(where, name, value, 1)
        height, width, _ = self.image_shape
        if (height % value or width % value) and not self.forecaster.get("pad"):
            raise error(
                where,
                f"{name}={value} for images of {height} x {width} pixels",
                "divisors of both",
                f"Leave {value} out, crop the images, or pass forecaster={{'pad': True}}.",
            )
        return value


def _fitting(image_shape, most_positions, pads=False):
    """Return the patch sizes to try: 1 where no other fits."""
    height, width, _ = image_shape
    fitting = [p for p in PATCH_SIZES if pads or height % p == width % p == 0]
    few = [p for p in fitting if not most_positions or height * width <= most_positions * p * p]
    return few or fitting[-1:] or (1,)


def _direction(where, score):
    better = score_class(score).better
    if better is None:
        raise error(
            where,
            f"score={score!r}, of which no value is better than another",
            "a score whose class says better = 'lower' or 'higher'",
            "Choose another one.",
        )
    return {"lower": "min", "higher": "max"}[better]


def _copied(part):
    """Return a layer or loss of its own for each model."""
    return None if part is None else type(part).from_config(part.get_config())
