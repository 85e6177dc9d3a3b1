"""The signatures of a SlowVAE: images to codes, codes to images, one latent changed."""

import tensorflow as tf

from st_keras.export.signatures.bounds import DEFAULT
from st_keras.export.signatures.checks import (
    check,
    check_at_least_one,
    check_finite,
    count_true,
)
from st_keras.export.signatures.forecast import FILL
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real


def slowvae_signatures(model, bounds=DEFAULT):
    """Return what a SlowVAE can be asked.

        encode     images (B, H, W, C) -> codes (B, L), the posterior means; log_variance (B, L)
        decode     codes (B, L) -> images (B, H, W, C), the expected pixels
        traverse   images (B, H, W, C), latent (), values (K,) -> images (B, K, H, W, C), decoded
                   with that latent replaced by each of the values

    Args:
        model: a built `SlowVAE`.
        bounds: `Bounds`; a SlowVAE has no horizon.

    Returns:
        List of `GraphSignature`.
    """
    images = {"images": real(None, *model.image_shape)}
    codes = {"codes": real(None, model.latent_size)}
    answers = _Answers(model, bounds)
    traverse = {**images, "latent": integer(), "values": real(None)}
    return [
        GraphSignature("encode", images, answers.check_images, answers.encode),
        GraphSignature("decode", codes, answers.check_codes, answers.decode),
        GraphSignature("traverse", traverse, answers.check_traverse, answers.traverse),
    ]


class _Answers:
    """Checks and outputs of the three, around one model."""

    def __init__(self, model, bounds):
        self.model, self.bounds = model, bounds

    def encode(self, images):
        codes, log_variance = self.model.posterior_moments(images)
        return {"codes": codes, "log_variance": log_variance}

    def decode(self, codes):
        return {"images": self.model.expected_images(codes)}

    def traverse(self, images, latent, values):
        codes, _ = self.model.posterior_moments(images)
        chosen = tf.range(self.model.latent_size) == latent  # (L,)
        changed = tf.where(chosen, values[None, :, None], codes[:, None])  # (B, K, L)
        return {"images": self.model.expected_images(changed)}

    def check_images(self, images, where="encode"):
        batch = tf.shape(images)[0]
        asserted = [
            check_at_least_one(where, "batch size", batch, "Pass an image."),
            *self._check_bounds(where, batch),
        ]
        if self.model.likelihood != "bernoulli":
            return [*asserted, check_finite(where, "images", images, FILL)]
        # NaN is in no range.
        wrong = count_true(~((images >= 0) & (images <= 1)))
        received = "images with {} pixels outside [0, 1]"
        action = "Divide grey values by 255, and fill what is missing."
        return [*asserted, check(wrong == 0, where, received, "pixels in [0, 1]", action, wrong)]

    def check_codes(self, codes):
        batch = tf.shape(codes)[0]
        return [
            check_at_least_one("decode", "batch size", batch, "Pass a code."),
            *self._check_bounds("decode", batch),
            check_finite("decode", "codes", codes, FILL),
        ]

    def check_traverse(self, images, latent, values):
        last = self.model.latent_size - 1
        batch, count = tf.shape(images)[0], tf.shape(values)[0]
        return [
            *self.check_images(images, "traverse"),
            check(
                (latent >= 0) & (latent <= last),
                "traverse",
                "latent={}",
                f"a latent from 0 to {last}",
                "Pass the index of a latent of this model.",
                latent,
            ),
            check_at_least_one("traverse", "number of values", count, "Pass for example -2 to 2."),
            *self.bounds.check_values("traverse", batch, count, *self.model.image_shape),
            check_finite("traverse", "values", values, FILL),
        ]

    def _check_bounds(self, where, batch):
        return [
            *self.bounds.check_batch(where, batch),
            *self.bounds.check_values(where, batch, *self.model.image_shape),
        ]
