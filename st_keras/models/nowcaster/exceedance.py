"""Logits of exceeding thresholds: what the scales' persistence says, and the learned rest."""

import keras
import numpy as np
from keras import ops

from st_keras.layers.advection.warp import Warp
from st_keras.layers.float32_layer import Float32Layer
from st_keras.models.nowcaster.lead_knots import KNOTS, knot_weights

_SLOPE = 1.7  # of the logistic function that resembles the normal distribution's
_OUTSIDE = ("outside_keeps", "outside_says")
_ABOVE_DRY = 0.2  # on the scale of the frames, where dry is 0 as 0.1 mm/h is
_FASTER = 8.0  # the few numbers that stand for all pixels learn so much faster than convolutions


@keras.saving.register_keras_serializable(package="st_keras")
class Exceedance(Float32Layer):
    """Logits of R >= t for each lead time l and threshold t_k, at the place of the last frame.

        logit = alpha[l,k] (S(l) - z_k - beta[l,k]) / sd(l) + g[l,k] texture + residual[l,k]

    S and sd are of `BandAutoregression`, z_k is the threshold on its scale, at least 0.2: else half
    of all that is dry would exceed 0.1 mm/h. Then they are moved along the paths. Of air from
    outside, share f:

        logit (1 - f sigmoid(o0[l,k] - 2)) + f o1[l,k]

    alpha, beta, o0, o1, g and the residual are learned at lead times of 1, 3, 6 and 12 steps, and
    interpolated; alpha begins at 1.7, all others at 0.

    Args:
        thresholds: K floats, increasing, on the scale of the frames.
        learned: bool. Whether there is anything to learn: False leaves alpha at 1.7 and the others
            at 0. Default True.
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        mean, sd: (B, L, H, W).
        residual: (B, H, W, 4 K) at the four lead times, or None.
        paths: (B, L, H, W, 2).
        known: (B, H, W, 1), which share of the data that are continued is known.
        texture: (B, H, W, 1), of `LagrangianState`.
        leads: int tensor (L,), the lead times, from 1 up to `steps`. Default None: all of them.
        steps: int. Default None: L.

    Returns:
        (B, L, H, W, K), logits.
    """

    def __init__(self, thresholds, learned=True, **kwargs):
        super().__init__(**kwargs)
        self.thresholds = tuple(float(each) for each in thresholds)
        self.learned = bool(learned)
        self.warp, self.warp_known = Warp(name="warp"), Warp("nearest", name="warp_known")
        self.at_knots = {}

    def build(self, *shapes, **named):
        """Create what is learned."""
        if self.learned:
            shape = (len(KNOTS), len(self.thresholds))
            for name in ("alpha", "beta", *_OUTSIDE, "texture"):
                self.at_knots[name] = self.add_weight(name=name, shape=shape, initializer="zeros")
        self.built = True

    def call(self, mean, sd, residual, paths, known, texture, leads=None, steps=None):
        """Say and move."""
        count = len(self.thresholds)
        weights = knot_weights(steps or mean.shape[1])
        weights = ops.convert_to_tensor(weights)
        if leads is not None:
            weights = ops.take(weights, leads - 1, axis=0)

        def at(name):
            """Return what is learned, (L, K)."""
            if not self.learned:
                return ops.zeros((1, count))
            return _FASTER * ops.matmul(weights, self.at_knots[name])

        batch, lead_times, height, width = ops.shape(mean)
        # All is linear in three maps: one product of matrices makes the logits of a lead time.
        slope = _SLOPE + at("alpha")
        levels = np.maximum(np.asarray(self.thresholds, "float32"), _ABOVE_DRY)
        weights_of_maps = [slope, -slope * (levels + at("beta")), at("texture") + 0 * slope]
        texture = ops.broadcast_to(ops.transpose(texture, (0, 3, 1, 2)), ops.shape(mean))
        maps = ops.stack([mean / sd, 1 / sd, texture], axis=-1)
        maps = ops.reshape(maps, (batch, lead_times, height * width, 3))
        logits = _products(maps, ops.stack(weights_of_maps, axis=1))
        if residual is not None:
            residual = ops.reshape(residual, (batch, height * width, len(KNOTS), count))
            residual = ops.reshape(ops.transpose(residual, (0, 2, 1, 3)), (batch, len(KNOTS), -1))
            residual = ops.matmul(weights, residual)
            logits = logits + ops.reshape(residual, ops.shape(logits))
        logits = ops.reshape(logits, (batch, lead_times, height, width, count))
        logits, inside = self.warp(logits, paths)
        if not self.learned:
            return logits
        known = ops.broadcast_to(known[:, None], (batch, lead_times, height, width, 1))
        share, _ = self.warp_known(known, paths)
        outside = ops.reshape(1.0 - share * inside, (batch, lead_times, height * width, 1))
        keeps, says = (ops.expand_dims(at(name), 1) for name in _OUTSIDE)  # (L, 1, K)
        lost, said = (
            ops.reshape(_products(outside, each), ops.shape(logits))
            for each in (ops.sigmoid(keeps - 2.0), says)
        )
        return logits - logits * lost + said

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "thresholds": self.thresholds, "learned": self.learned}


def _products(maps, matrices):
    """Return (B, L, P, K) of maps (B, L, P, N) and matrices (L or 1, N, K).

    Each pair has a matrix of its own: TensorFlow 2.21 ends the process with a segmentation fault
    where (B, 1, P, N) meets a single one.
    """
    batch, lead_times = ops.shape(maps)[:2]
    size = (batch, lead_times, *ops.shape(matrices)[1:])
    return ops.matmul(maps, ops.broadcast_to(matrices, size))
