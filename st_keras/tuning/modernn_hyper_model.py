"""The search space of ModeRNN."""

from st_keras.choices import SAMPLINGS
from st_keras.models import ModeRNN
from st_keras.tuning.forecaster_hyper_model import ForecasterHyperModel
from st_keras.tuning.ranges import choose, one_of, several, whole
from st_keras.validation import error

MOST_POSITIONS = 1024  # attention over more takes gigabytes
FLAGS = (
    *("layer_norm", "batch_norm", "softmax_importance"),
    *("separate_slots", "learned_initial_slots", "slot_scale"),
)


class ModeRNNHyperModel(ForecasterHyperModel):
    """A `keras_tuner.HyperModel` of `Forecaster(ModeRNN(...))`, for any tuner of keras-tuner.

    A tuple of values is a choice; a pair of bounds is any number between them; one value alone is
    not searched. Objective, `search` and Hyperband as in `PredRNNHyperModel`.

    Args:
        image_shape, steps, context_length, reports, layers, sampling, sampling_until,
            learning_rate, precision, normalization, max_parameters, seed, **kwargs: as in
            `PredRNNHyperModel`; layers: default (1, 2, 3).
        filters: ints >= 2, per layer. Default (16, 32, 64).
        num_slots: ints >= 1. For each width F those are tried that divide 2 F. Default (2, 4, 8).
        patch_size: ints that divide H and W. Default None: those of 2, 4, 8 that do and leave at
            most 1,024 positions H W / p p to attend to; else the largest that divides.
        layer_norm, batch_norm: bools. Default True.
        softmax_importance: bools. Default (False, True).
        separate_slots, learned_initial_slots, slot_scale: bools. Default False.

    Raises:
        ValueError: for values out of range, a width F where no number of slots divides 2 F; without
            keras-tuner, with the pip line.

    Example:

    >>> import keras_tuner
    >>> space = ModeRNNHyperModel((16, 24, 1), steps=8, layers=1, filters=(3, 4), num_slots=(2, 3))
    >>> hp = keras_tuner.HyperParameters()
    >>> hp.values = {"filters": 3, "num_slots": 3}
    >>> model = space.build(hp)
    >>> model.network.num_slots, model.built
    (3, True)
    """

    network = ModeRNN

    def __init__(
        self,
        image_shape,
        steps,
        context_length=10,
        reports=4,
        layers=(1, 2, 3),
        filters=(16, 32, 64),
        num_slots=(2, 4, 8),
        patch_size=None,
        layer_norm=True,
        batch_norm=True,
        softmax_importance=(False, True),
        separate_slots=False,
        learned_initial_slots=False,
        slot_scale=False,
        sampling=SAMPLINGS,
        sampling_until=(0.25, 1.0),
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
            most_positions=MOST_POSITIONS,
            **kwargs,
        )
        where = type(self).__name__
        self.filters = several(where, "filters", filters, whole(2))
        self.num_slots = several(where, "num_slots", num_slots, whole(1))
        given = (
            *(layer_norm, batch_norm, softmax_importance),
            *(separate_slots, learned_initial_slots, slot_scale),
        )
        for name, values in zip(FLAGS, given, strict=True):
            setattr(self, name, several(where, name, values, one_of((False, True))))
        for width in self.filters:
            if not self._slots_of(width):
                raise error(
                    where,
                    f"filters={width} with num_slots={num_slots!r}",
                    f"for every width F a number of slots that divides 2 F, here {2 * width}",
                    f"Leave {width} out, or add such a number to num_slots.",
                )

    def network_settings(self, hp):
        """Return "num_slots" and what is on or off."""
        flags = {name: choose(hp, name, getattr(self, name)) for name in FLAGS}
        return {"num_slots": self._draw_slots(hp), **flags}

    def _slots_of(self, width):
        return tuple(slots for slots in self.num_slots if 2 * width % slots == 0)

    def _draw_slots(self, hp):
        """Choose among the numbers of slots that fit the width the trial has."""
        groups = {}
        for width in self.filters:
            groups.setdefault(self._slots_of(width), []).append(width)
        if len(groups) == 1:
            return choose(hp, "num_slots", next(iter(groups)))
        chosen = []
        for slots, widths in groups.items():
            with hp.conditional_scope("filters", widths):
                chosen.append(choose(hp, "num_slots", slots))
        # All but one are inactive, and None.
        return next(slots for slots in chosen if slots is not None)
