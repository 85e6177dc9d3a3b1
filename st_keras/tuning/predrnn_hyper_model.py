"""The search space of PredRNN and PredRNN-V2."""

from st_keras.choices import SAMPLINGS
from st_keras.models import PredRNN
from st_keras.tuning.forecaster_hyper_model import ForecasterHyperModel
from st_keras.tuning.ranges import between, choose, draw, one_of, several, whole


class PredRNNHyperModel(ForecasterHyperModel):
    """A `keras_tuner.HyperModel` of `Forecaster(PredRNN(...))`, for any tuner of keras-tuner.

    A tuple of values is a choice; a pair of bounds is any number between them; one value alone is
    not searched. The objective to pass to the tuner is `objective`: the mean squared error of the
    forecast frames of `validation_data`, in the user's units. The loss would not do: it counts the
    decoupling term, whose weight is searched.

    Pass `search` a dataset that repeats, and `validation_data`. Every trial trains `steps` batches.
    For `keras_tuner.Hyperband` set `max_epochs=reports`; each of its rounds goes through the whole
    sampling schedule.

    Args:
        image_shape: `(H, W, C)`.
        steps: int >= 1, batches of a trial.
        context_length: int >= 1, frames observed in a forecast. Default 10.
        reports: int >= 1, validations of a trial; its score is the best of them. Default 4.
        layers: ints >= 1. Default (1, 2, 3).
        filters: ints >= 1, per layer. Default (16, 32, 64).
        kernel_size: odd ints. Default (3, 5).
        patch_size: ints that divide H and W. Default None: those of 2, 4, 8 that do, else 1.
        layer_norm: bools. Default False.
        decoupling: bools: PredRNN-V2, or V1. Default True.
        sampling: names out of "reverse", "scheduled" and "teacher_forcing". Default: all three.
        sampling_until: bounds in (0, 1], uniform: the part of the trial after which the schedule
            has come to its end. Default (0.25, 1.0); the published scripts have 0.625.
        decoupling_weight: bounds, logarithmic, or 0; with decoupling only. Default (1e-3, 0.3).
        learning_rate: bounds above 0, logarithmic, of Adam. Default (1e-4, 1e-2).
        precision: names of dtype policies. Default None: "float32" and "mixed_bfloat16", and
            "mixed_float16" where there is a GPU.
        normalization: `FrameNormalization` or None, copied for each model. Default None.
        max_parameters: int or None. A trial with a larger model fails; keras-tuner ends a search
            after `max_consecutive_failed_trials` (default 3) of those in a row. Default None.
        seed: int or None. Of weights and masks, the same in each trial; None leaves the weights to
            Keras' global seed. Default None.
        **kwargs: `name`, `tunable`.

    Raises:
        ValueError: for values out of range; without keras-tuner, with the pip line.

    Example:

    >>> import keras_tuner
    >>> space = PredRNNHyperModel((16, 24, 1), steps=8, filters=(2, 4), kernel_size=3, layers=1)
    >>> hp = keras_tuner.HyperParameters()
    >>> model = space.build(hp)
    >>> model.network.filters, model.built, model.compiled
    ((2,), True, True)
    >>> sorted(hp.values)[:4]
    ['decoupling', 'decoupling_weight', 'filters', 'kernel_size']
    """

    network = PredRNN

    def __init__(
        self,
        image_shape,
        steps,
        context_length=10,
        reports=4,
        layers=(1, 2, 3),
        filters=(16, 32, 64),
        kernel_size=(3, 5),
        patch_size=None,
        layer_norm=False,
        decoupling=True,
        sampling=SAMPLINGS,
        sampling_until=(0.25, 1.0),
        decoupling_weight=(1e-3, 0.3),
        learning_rate=(1e-4, 1e-2),
        precision=None,
        normalization=None,
        max_parameters=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(
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
            **kwargs,
        )
        where = type(self).__name__
        flag = one_of((False, True))
        self.kernel_size = several(where, "kernel_size", kernel_size, whole(1, odd=True))
        self.layer_norm = several(where, "layer_norm", layer_norm, flag)
        self.decoupling = several(where, "decoupling", decoupling, flag)
        self.decoupling_weight = between(
            where, "decoupling_weight", decoupling_weight, or_zero=True
        )

    def network_settings(self, hp):
        """Return "kernel_size", "layer_norm" and "decoupling"."""
        return {
            "kernel_size": choose(hp, "kernel_size", self.kernel_size),
            "layer_norm": choose(hp, "layer_norm", self.layer_norm),
            "decoupling": choose(hp, "decoupling", self.decoupling),
        }

    def decoupling_weight_of(self, hp, network):
        """Return the weight of the decoupling term; 0 for PredRNN V1, which has none."""
        if True not in self.decoupling:
            return 0.0
        if len(self.decoupling) == 1:
            return draw(hp, "decoupling_weight", self.decoupling_weight)
        with hp.conditional_scope("decoupling", [True]):
            weight = draw(hp, "decoupling_weight", self.decoupling_weight)
        return weight if network["decoupling"] else 0.0
