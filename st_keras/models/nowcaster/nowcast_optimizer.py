"""The optimizer of the Nowcaster: that of `compile`, where none is given, and `train nowcast`."""

import keras

LEARNING_RATE, WEIGHT_DECAY, CLIP_NORM, AVERAGING = 2e-3, 1e-3, 1.0, 0.995
_WARM_UP = 50  # updates, at most a tenth of all
_LAST_SHARE = 0.02  # of the learning rate at the end


def nowcast_optimizer(steps=None, learning_rate=LEARNING_RATE, weight_decay=WEIGHT_DECAY):
    """Return AdamW with clipped gradients and averaged weights.

    Args:
        steps: int, updates until the learning rate has fallen along a cosine to 2 %, after a
            warm-up of 50, or a tenth of them if these are fewer. Default None: it stays.
        learning_rate: float. Default 2e-3.
        weight_decay: float. Default 1e-3.

    Returns:
        `keras.optimizers.AdamW`: gradients clipped to a norm of 1, weights averaged over about
        200 updates; `fit` leaves the average in the model.

    Example:

    >>> float(nowcast_optimizer().learning_rate)
    0.0020000000949949026
    """
    rate = learning_rate
    if steps is not None:
        warm_up = max(1, min(_WARM_UP, steps // 10))
        rate = keras.optimizers.schedules.CosineDecay(
            0.05 * learning_rate,
            max(1, steps - warm_up),
            alpha=_LAST_SHARE,
            warmup_target=learning_rate,
            warmup_steps=warm_up,
        )
    return keras.optimizers.AdamW(
        rate,
        weight_decay=weight_decay,
        global_clipnorm=CLIP_NORM,
        use_ema=True,
        ema_momentum=AVERAGING,
    )
