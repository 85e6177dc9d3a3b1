"""The search space of SlowVAE, and its objectives: MCC with factors, UDR without."""

import keras
import numpy as np

from st_keras.choices import PRECISIONS, SEARCH_SCORES
from st_keras.metrics.disentanglement import mcc, udr
from st_keras.models import SlowVAE
from st_keras.training import NaNGuard
from st_keras.tuning.lazy_hyper_model import LazyHyperModel
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.tuning.precisions import default_precisions
from st_keras.tuning.ranges import between, choose, draw, one_of, several, whole
from st_keras.tuning.trial_length import EPOCHS, TrialLength, check_size
from st_keras.validation import check_int, check_one_of, check_rank, error


class SlowVAEHyperModel(LazyHyperModel):
    """A `keras_tuner.HyperModel` of `SlowVAE`, for any tuner of keras-tuner.

    A tuple of values is a choice; a pair of bounds is any number between them; one value alone is
    not searched. The objective to pass to the tuner is `objective`; both scores are maximised. The
    loss would not do: beta and gamma weigh its terms, and they are searched.

    - "mcc": mean correlation coefficient of codes and `factors`, after the last batch.
    - "udr": needs no factors. Each trial trains `num_seeds` models that differ in their seed, and
      scores how much they agree (Duan et al., ICLR 2020): the mean of their UDR. `fit` gives the
      weights of the one that agrees most to the model of the trial. The checkpoint that a tuner
      writes while it trains, and `get_best_models` reads, is that of the first seed.

    Pass `search` a dataset of pairs that repeats. For `keras_tuner.Hyperband` set
    `max_epochs=reports`; it goes with "mcc" only.

    Args:
        images: array (N, H, W, C) in [0, 1], or uint8: what is encoded for the score, N >= 10.
        steps: int >= 1, batches of a model.
        factors: array (N, factors): ground truth for "mcc". Default None.
        score: "mcc" or "udr". Default None: "mcc" if there are factors.
        num_seeds: int >= 2, models of a trial with "udr". Default 3.
        reports: int >= 1, epochs of a trial. Default 1.
        latent_size: ints >= 1. Default 10.
        beta: bounds, logarithmic, or 0. Default (0.25, 4.0).
        gamma: bounds, logarithmic. Default (1.0, 40.0); 0 alone is a beta-VAE.
        rate: bounds above 0, logarithmic. Default (1.0, 20.0).
        learning_rate: bounds above 0, logarithmic, of Adam. Default (5e-5, 2e-3).
        precision, max_parameters, seed, **kwargs: as in `PredRNNHyperModel`.

    Raises:
        ValueError: for values out of range, "mcc" without factors; without keras-tuner, with the
            pip line.

    Example:

    >>> import keras_tuner
    >>> images = np.random.default_rng(0).random((20, 32, 32, 1), dtype="float32")
    >>> space = SlowVAEHyperModel(images, steps=2, latent_size=4)
    >>> space.objective.name, space.objective.direction
    ('udr', 'max')
    >>> space.build(keras_tuner.HyperParameters()).latent_size
    4
    """

    def __init__(
        self,
        images,
        steps,
        factors=None,
        score=None,
        num_seeds=3,
        reports=1,
        latent_size=10,
        beta=(0.25, 4.0),
        gamma=(1.0, 40.0),
        rate=(1.0, 20.0),
        learning_rate=(5e-5, 2e-3),
        precision=None,
        max_parameters=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        where = type(self).__name__
        self.images = np.asarray(images)
        check_rank(where, "images", self.images.shape, ("N", "H", "W", "C"))
        self.factors = factors if factors is None else np.asarray(factors)
        default = "udr" if factors is None else "mcc"
        self.score = (
            default if score is None else check_one_of(where, "score", score, SEARCH_SCORES)
        )
        if self.score == "mcc" and factors is None:
            raise error(
                where,
                "score='mcc' without factors",
                "factors (N, factors), the ground truth of the images",
                "Pass factors, or score='udr', which needs none.",
            )
        self.num_seeds = check_int(where, "num_seeds", num_seeds, 2)
        self.length = TrialLength(where, steps, reports)
        self.latent_size = several(where, "latent_size", latent_size, whole(1))
        self.beta = between(where, "beta", beta, or_zero=True)
        self.gamma = between(where, "gamma", gamma, or_zero=True)
        self.rate = between(where, "rate", rate)
        self.learning_rate = between(where, "learning_rate", learning_rate)
        precision = default_precisions() if precision is None else precision
        self.precision = several(where, "precision", precision, one_of(PRECISIONS))
        self.max_parameters = max_parameters
        if max_parameters is not None:
            self.max_parameters = check_int(where, "max_parameters", max_parameters, 1)
        self.seed = None if seed is None else check_int(where, "seed", seed, 0)

    @property
    def objective(self):
        """`keras_tuner.Objective`: the highest "mcc" or "udr"."""
        return require_keras_tuner(type(self).__name__).Objective(self.score, "max")

    def settings(self, hp):
        """Return what the hyperparameters say, and register those that are new.

        Args:
            hp: `keras_tuner.HyperParameters`.

        Returns:
            dict with "latent_size", "beta", "gamma", "rate", "learning_rate" and "precision".
        """
        return {
            "latent_size": choose(hp, "latent_size", self.latent_size),
            "beta": draw(hp, "beta", self.beta),
            "gamma": draw(hp, "gamma", self.gamma),
            "rate": draw(hp, "rate", self.rate),
            "learning_rate": draw(hp, "learning_rate", self.learning_rate),
            "precision": choose(hp, "precision", self.precision),
        }

    def build(self, hp):
        """Return a compiled, built `SlowVAE`.

        Args:
            hp: `keras_tuner.HyperParameters`.
        """
        return self._model(hp, 0)

    def fit(self, hp, model, *args, **kwargs):
        """Train the model, with "udr" also those of other seeds; return the scores.

        Args:
            hp: `keras_tuner.HyperParameters`.
            model: what `build` returned.
            *args: those of `model.fit`: a dataset of pairs (B, 2, H, W, C) that repeats.
            **kwargs: those of `model.fit`. Callbacks see the first model only.

        Returns:
            dict with the score and the last "loss".

        Raises:
            keras_tuner.errors.FailedTrialError: for more than `max_parameters`.
            keras_tuner.errors.FatalValueError: for "udr" with Hyperband, whose rounds keep one
                model.
        """
        check_size(model, self.max_parameters)
        keras_tuner = require_keras_tuner(type(self).__name__)
        if self.score == "udr" and EPOCHS in hp.values:
            refusal = error(
                type(self).__name__,
                "score='udr' with Hyperband",
                "another tuner: UDR compares several models, Hyperband goes on with one",
                "Use RandomSearch or BayesianOptimization, or score='mcc'.",
            )
            raise keras_tuner.errors.FatalValueError(str(refusal))
        others = self.num_seeds - 1 if self.score == "udr" else 0
        history = self._fit(hp, model, args, kwargs)
        found = {"loss": float(history.history["loss"][-1])}
        if self.score == "mcc":
            return found | {"mcc": float(mcc(model.encode(self.images), self.factors))}
        models = [model, *(self._model(hp, 1 + i) for i in range(others))]
        for other in models[1:]:
            self._fit(hp, other, args, {**kwargs, "callbacks": []})
        codes = [each.encode(self.images) for each in models]
        agreement = udr(codes, [each.kl_per_latent(self.images) for each in models])
        best = models[agreement.details["best_model"]]
        if best is not model:
            model.set_weights(best.get_weights())
        return found | {"udr": float(np.mean(agreement.details["model_scores"]))}

    def _model(self, hp, number):
        settings = self.settings(hp)
        seed = None if self.seed is None else (self.seed + number) % 2**32
        if seed is not None:
            keras.utils.set_random_seed(seed)
        rate, precision = settings.pop("learning_rate"), settings.pop("precision")
        model = SlowVAE(**settings, seed=number if seed is None else seed, dtype=precision)
        model.compile(keras.optimizers.Adam(rate))
        model.build((None, None, *self.images.shape[1:]))
        model.optimizer.build(model.trainable_variables)  # see `ForecasterHyperModel.build`
        return model

    def _fit(self, hp, model, args, kwargs):
        arguments = self.length.fit_arguments(hp.values, kwargs)
        arguments["callbacks"].append(NaNGuard())
        return model.fit(*args, **arguments)
