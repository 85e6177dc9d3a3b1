"""A small module with the signatures of a served forecaster and of a served SlowVAE, by hand."""

import numpy as np
import tensorflow as tf

FLOAT, INT = tf.float32, tf.int32
FRAME = (None, None, None, 1)
IMAGE = (None, 4, 6, 1)


def spec(name, shape, dtype=FLOAT):
    return tf.TensorSpec(shape, dtype, name)


STATES = (spec("state_prediction", FRAME), spec("state_h1", FRAME))


class TinyModule(tf.Module):
    """Frame by frame: h' = h / 2 + frame / 2; prediction = tanh(weight h' + frame / 10)."""

    def __init__(self):
        super().__init__()
        self.weight = tf.Variable(0.8)

    def cell(self, frame, h):
        h = 0.5 * h + 0.5 * frame
        return tf.tanh(self.weight * h + 0.1 * frame), h

    def follow(self, prediction, h, horizon):
        frames = tf.TensorArray(FLOAT, horizon)
        frames = frames.write(0, prediction)
        for step in tf.range(1, horizon):
            prediction, h = self.cell(prediction, h)
            frames = frames.write(step, prediction)
        return tf.einsum("tbhwc->bthwc", frames.stack())

    @tf.function(input_signature=[spec("context", (None, *FRAME)), spec("horizon", (), INT)])
    def forecast(self, context, horizon):
        said = "forecast: received a horizon below 1. Required: more. Pass horizon=1 or more."
        with tf.control_dependencies([tf.debugging.assert_positive(horizon, said)]):
            horizon = tf.identity(horizon)
        h = prediction = tf.zeros_like(context[:, 0])
        for t in tf.range(tf.shape(context)[1]):
            prediction, h = self.cell(context[:, t], h)
        return {"forecast": self.follow(prediction, h, horizon)}

    @tf.function(input_signature=[spec(n, (), INT) for n in ("batch_size", "height", "width")])
    def init_state(self, batch_size, height, width):
        zeros = tf.zeros((batch_size, height, width, 1))
        return {"state_prediction": zeros, "state_h1": zeros}

    @tf.function(input_signature=[spec("frame", FRAME), *STATES])
    def step(self, frame, state_prediction, state_h1):
        same = tf.reduce_all(tf.shape(frame) == tf.shape(state_h1))
        said = "step: received states of shape [9 9]. Required: those of a frame. Begin anew."
        with tf.control_dependencies([tf.debugging.Assert(same, [said])]):
            prediction, h = self.cell(frame, state_h1)
        return {"prediction": prediction, "state_prediction": prediction, "state_h1": h}

    @tf.function(input_signature=[spec("horizon", (), INT), *STATES])
    def rollout(self, horizon, state_prediction, state_h1):
        return {"forecast": self.follow(state_prediction, state_h1, horizon)}

    @tf.function(input_signature=[spec("images", IMAGE)])
    def encode(self, images):
        codes = tf.stack([tf.reduce_mean(images, (1, 2, 3)), tf.reduce_max(images, (1, 2, 3))], 1)
        return {"codes": codes, "log_variance": -codes}

    @tf.function(input_signature=[spec("codes", (None, 2))])
    def decode(self, codes):
        return {"images": self.images_of(codes)}

    @tf.function(
        input_signature=[spec("images", IMAGE), spec("latent", (), INT), spec("values", (None,))]
    )
    def traverse(self, images, latent, values):
        codes = self.encode(images)["codes"]
        chosen = tf.one_hot(latent, 2)
        codes = codes[:, None] * (1 - chosen) + values[None, :, None] * chosen
        shape = tf.concat([tf.shape(codes)[:2], IMAGE[1:]], 0)
        return {"images": tf.reshape(self.images_of(tf.reshape(codes, (-1, 2))), shape)}

    @tf.function(input_signature=[spec("rounds", (), INT)])
    def spin(self, rounds):
        """Compute for a microsecond or more in each round, in no memory."""
        return {"rounds": tf.while_loop(lambda i: i < rounds, lambda i: [i + 1], [0])[0]}

    def images_of(self, codes):
        return (
            tf.sigmoid(codes[:, :1, None, None] + tf.zeros((1, *IMAGE[1:])))
            * codes[:, 1, None, None, None]
        )


NAMES = ("forecast", "init_state", "step", "rollout", "encode", "decode", "traverse", "spin")


def save_tiny_module(folder):
    """Write it; return it."""
    module = TinyModule()
    signatures = {name: getattr(module, name) for name in NAMES}
    tf.saved_model.save(module, str(folder), {"serving_default": module.forecast, **signatures})
    return module


def numpy_predictions(frames, weight=0.8):
    """The predictions after each frame of (B, T, H, W, C), recomputed."""
    h, predictions = np.zeros_like(frames[:, 0]), []
    for frame in np.moveaxis(frames, 1, 0):
        h = 0.5 * h + 0.5 * frame
        predictions.append(np.tanh(weight * h + 0.1 * frame))
    return np.stack(predictions, 1)
