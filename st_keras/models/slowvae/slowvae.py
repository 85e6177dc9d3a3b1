"""`SlowVAE`: a variational autoencoder of video whose codes change sparsely."""

import keras
import numpy as np
from keras import ops

from st_keras.choices import LIKELIHOODS, OBJECTIVES
from st_keras.distributions import (
    LaplaceTransitionPrior,
    diagonal_gaussian,
    kl_standard_normal,
)
from st_keras.models.slowvae.batched_run import run_in_batches
from st_keras.models.slowvae.decoder import ConvolutionalDecoder
from st_keras.models.slowvae.encoder import ConvolutionalEncoder, check_image_shape
from st_keras.models.slowvae.frames import (
    check_frames_shape,
    check_images,
    pair_frames,
    refuse_outside_unit_range,
)
from st_keras.models.slowvae.objective import (
    TERMS,
    negative_log_likelihood,
    objective_terms,
)
from st_keras.models.trained_model import TrainedModel
from st_keras.ops.patching import FRAME_AXES
from st_keras.random.batches_seen import batches_seen
from st_keras.random.per_sample import per_sample_normal
from st_keras.replicas.global_batch import never_empty, share_of_global_batch
from st_keras.validation import check_int, check_number, check_one_of, check_rank, error

PUBLISHED_LEARNING_RATE = 1e-4
# Validation draws its noise from a stream that no training batch uses.
_VALIDATION = -1


@keras.saving.register_keras_serializable(package="st_keras")
class SlowVAE(TrainedModel):
    """Learn one latent per factor of variation from pairs of neighbouring frames.

    Every frame is encoded to q(z | x) = N(mean, exp(log_var)) and decoded from a sample. The first
    prior, N(0, I), is that of a VAE. The second says that codes change sparsely from frame to
    frame: a Laplace distribution around the posterior mean of the other frame. The loss, by the
    names of the logs:

        loss = 2 reconstruction + beta kl_normal + gamma kl_transition

    and, as in Keras, regularizers and added losses (`model.losses`). `gamma=0` is a beta-VAE. Give
    `fit` frames (B, T, H, W, C) in [0, 1], T = 2 for pairs, as
    `st_keras.datasets.LatentPairs(...).as_dataset()` has them.

    Args:
        latent_size: int >= 1. Default 10.
        beta: float >= 0. Default 1.0.
        gamma: float >= 0. Default 10.0.
        rate: float > 0 (lambda), or one per latent: 1 / scale of the Laplace prior. Default 6.0.
        objective: "reference": what the released code minimises, which subtracts one mean entropy
            from the two cross-entropies of kl_transition. "exact": the sum of the KL divergences
            of both directions. The best gamma of one is not that of the other. Default
            "reference".
        likelihood: "bernoulli" (frames in [0, 1], as published) or "gaussian". Default "bernoulli".
        likelihood_scale: float > 0, standard deviation of a Gaussian pixel. Default 1.0.
        transition_prior: a layer with `cross_entropy(mean, log_var, location)`, such as
            `st_keras.distributions.GeneralizedNormalTransitionPrior(...)`, in place of the Laplace
            prior; `rate` is then not used. Default None.
        seed: int. Seeds the noise of the samples. Default 0.
        **kwargs: `name`, `dtype` (also "mixed_float16", "mixed_bfloat16").

    Call arguments:
        frames: (B, T, H, W, C) in [0, 1], H and W multiples of 16.

    Returns:
        (B, T, H, W, C) float32: the frames reconstructed from their posterior means.

    Raises:
        ValueError: for numbers out of range, a shape the network cannot take, a loss or metrics
            given to `compile`, labels or weights given to `fit`; in `fit` for the first batch with
            floats outside [0, 1] (not with `jit_compile=True`, where XLA leaves checks out).

    Differs from the paper, as the released code does: the Laplace prior is centred at the mean and
    not at a sample, works in both directions, and both frames have the prior N(0, I). Sizes other
    than 64x64 and sequences longer than pairs (means over all neighbours) are ours. Noise is a
    function of (seed, batch, sample), so that N replicas draw what one device would.

    Example:

    >>> model = SlowVAE(latent_size=4)
    >>> model.compile()
    >>> frames = np.random.rand(8, 2, 32, 32, 1).astype("float32")
    >>> history = model.fit(frames, batch_size=4, verbose=0)
    >>> model.encode(frames[:, 0]).shape, model.decode(np.zeros((3, 4))).shape
    ((8, 4), (3, 32, 32, 1))

    References: Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal
    Sparse Coding. ICLR 2021, arXiv 2007.10930.
    """

    def __init__(
        self,
        latent_size=10,
        beta=1.0,
        gamma=10.0,
        rate=6.0,
        objective="reference",
        likelihood="bernoulli",
        likelihood_scale=1.0,
        transition_prior=None,
        seed=0,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        where = "SlowVAE"
        self.latent_size = check_int(where, "latent_size", latent_size, 1)
        self.beta = check_number(where, "beta", beta, 0.0)
        self.gamma = check_number(where, "gamma", gamma, 0.0)
        self.objective = check_one_of(where, "objective", objective, OBJECTIVES)
        self.likelihood = check_one_of(where, "likelihood", likelihood, LIKELIHOODS)
        self.likelihood_scale = check_number(where, "likelihood_scale", likelihood_scale, 1e-6)
        self.seed = check_int(where, "seed", seed, 0)
        default_prior = LaplaceTransitionPrior(rate, name="transition_prior")
        self.rate = default_prior.rate
        self.transition_prior = transition_prior
        self.prior = transition_prior or default_prior
        if not hasattr(self.prior, "cross_entropy"):
            raise error(
                where,
                f"transition_prior={transition_prior!r}",
                "a layer with `cross_entropy(mean, log_var, location)`",
                "Pass st_keras.distributions.LaplaceTransitionPrior(rate=6.0).",
            )
        self.encoder = ConvolutionalEncoder(
            self.latent_size, dtype=self.dtype_policy, name="encoder"
        )
        self.decoder = None
        self.image_shape = None
        self.term_trackers = {name: keras.metrics.Mean(name=name) for name in TERMS}

    def compile(self, optimizer=None, loss=None, metrics=None, **kwargs):
        """Configure training.

        Args:
            optimizer: default Adam with a learning rate of 1e-4, as published.
            loss, metrics: None; `st_keras.metrics.disentanglement` scores codes.
            **kwargs: those of `keras.Model.compile`; `jit_compile` is off unless it is True.

        Raises:
            ValueError: if a loss or metrics are given.
        """
        if loss is not None or metrics is not None:
            raise error(
                "SlowVAE.compile",
                f"loss={loss!r}, metrics={metrics!r}",
                "neither: the model minimises its own objective and logs its terms",
                "Set beta, gamma, objective and likelihood in SlowVAE(...).",
            )
        if optimizer is None:
            optimizer = keras.optimizers.Adam(PUBLISHED_LEARNING_RATE)
        super().compile(optimizer=optimizer, **kwargs)

    def build(self, frames_shape):
        """Create all weights for frames (B, T, H, W, C)."""
        check_rank("SlowVAE", "frames", frames_shape, FRAME_AXES)
        self.image_shape = tuple(frames_shape[2:])
        if None in self.image_shape:
            raise error(
                "SlowVAE",
                f"frames of shape {tuple(frames_shape)}",
                "static H, W and C",
                "Set the shape of the dataset.",
            )
        check_image_shape("SlowVAE", self.image_shape)
        self.decoder = ConvolutionalDecoder(
            self.image_shape, dtype=self.dtype_policy, name="decoder"
        )
        self.encoder.build((None, *self.image_shape))
        self.decoder.build((None, self.latent_size))
        if not self.prior.built:  # Keras builds a prior that it loads
            self.prior.build((None, self.latent_size))
        self.built = True

    def call(self, frames, training=False):
        """Reconstruct frames from their posterior means."""
        check_frames_shape("SlowVAE", frames.shape, self.image_shape)
        mean, _ = self.posterior_moments(frames)
        return self.expected_images(mean)

    def posterior_moments(self, frames):
        """Encode frames to the moments of q(z | x).

        Args:
            frames: tensor (..., H, W, C) in [0, 1].

        Returns: `(mean, log_var)`: float32 (..., latents).
        """
        lead = ops.shape(frames)[:-3]
        images = ops.reshape(frames, (-1, *self.image_shape))
        moments = self.encoder(ops.cast(images, self.compute_dtype))
        shape = (*lead, self.latent_size)
        return tuple(ops.reshape(ops.cast(moment, "float32"), shape) for moment in moments)

    def posterior(self, frames):
        """Return q(z | x) as a TFP distribution, event shape (latents,).

        Args:
            frames: tensor (..., H, W, C) in [0, 1].
        """
        return diagonal_gaussian(*self.posterior_moments(ops.convert_to_tensor(frames)))

    def train_step(self, data):
        """One update on a batch of frames (B, T, H, W, C)."""
        frames = self._training_frames(data)
        seen = batches_seen(self.optimizer)
        self.update(frames, lambda: self._tracked_loss(frames, seen))
        return self.training_logs(self.term_trackers.values())

    def inputs_of(self, data):
        """Return the frames of an element of a dataset, as float32."""
        return pair_frames(data)

    def test_step(self, data):
        """The same terms, with noise that is the same in every epoch."""
        self._tracked_loss(self._training_frames(data), _VALIDATION)
        return self.running_logs(self.term_trackers.values())

    def objective_of(self, frames, noise):
        """Compute the loss and its terms for given noise.

        Args:
            frames: float32 tensor (B, T, H, W, C) in [0, 1].
            noise: float32 tensor (B, T, latents), standard normal.

        Returns: `(loss, terms)`: float32 scalar, and a dict of float32 scalars, in nats.
        """
        mean, log_var = self.posterior_moments(frames)
        decoded = self._decode(mean + ops.exp(0.5 * log_var) * noise)
        nll = negative_log_likelihood(self.likelihood, decoded, frames, self.likelihood_scale)
        terms = objective_terms(nll, mean, log_var, self.prior, self.objective)
        loss = 2.0 * terms["reconstruction"] + self.beta * terms["kl_normal"]
        if self.gamma:
            loss = loss + self.gamma * terms["kl_transition"]
        return loss, terms

    def encode(self, images, batch_size=256):
        """Encode images to their codes: the posterior means.

        Args:
            images: array (..., H, W, C) in [0, 1], or uint8 in 0 to 255.
            batch_size: int. Images encoded at once. Default 256.

        Returns: float32 array (..., latents).

        Raises:
            ValueError: for a model without weights, another image shape, or values outside [0, 1].
        """
        images = check_images("SlowVAE.encode", images, self.image_shape, self.likelihood)
        return self._in_batches("encode", images, (self.latent_size,), batch_size)

    def kl_per_latent(self, images, batch_size=256):
        """Measure how much each latent tells about the images.

        Args:
            images: as for `encode`.
            batch_size: int. Default 256.

        Returns:
            float32 array (latents,): KL(q(z_i | x) || N(0, 1)) in nats, the mean over images. A
            latent near 0 is not used.

        Raises:
            ValueError: as `encode`.
        """
        images = check_images("SlowVAE.kl_per_latent", images, self.image_shape, self.likelihood)
        kl = self._in_batches("kl_per_latent", images, (self.latent_size,), batch_size)
        return kl.reshape(-1, self.latent_size).mean(axis=0)

    def decode(self, codes, batch_size=256):
        """Decode codes to images, the expected pixels.

        Args:
            codes: array (..., latents).
            batch_size: int. Codes decoded at once. Default 256.

        Returns:
            float32 array (..., H, W, C), in [0, 1] for a Bernoulli likelihood.

        Raises:
            ValueError: for a model without weights or another number of latents.
        """
        codes = np.asarray(codes, "float32")
        if self.image_shape is None or codes.shape[-1:] != (self.latent_size,):
            raise error(
                "SlowVAE.decode",
                f"codes of shape {codes.shape} for "
                f"{'a model without weights' if self.image_shape is None else 'this model'}",
                f"a built model and codes (..., {self.latent_size})",
                "Encode images first: model.decode(model.encode(images)).",
            )
        return self._in_batches("decode", codes, self.image_shape, batch_size)

    def expected_images(self, codes):
        """Decode codes inside a graph: tensors in, tensors out, nothing checked.

        Args:
            codes: float32 tensor (..., latents).

        Returns:
            float32 tensor (..., H, W, C), the expected pixels.
        """
        decoded = self._decode(codes)
        return ops.sigmoid(decoded) if self.likelihood == "bernoulli" else decoded

    def call_signature(self):
        """Return what `export` asks of the input: any batch size and number of frames."""
        return [keras.InputSpec(shape=(None, None, *self.image_shape), dtype="float32")]

    def compute_output_spec(self, frames, training=False):
        """The shape of the frames, in float32."""
        if not self.built:
            self.build(frames.shape)
        return keras.KerasTensor(frames.shape, "float32")

    def compute_output_shape(self, frames_shape):
        """The shape of the frames."""
        return tuple(frames_shape)

    def get_config(self):
        """Return every constructor argument."""
        prior = self.transition_prior
        return {
            **super().get_config(),
            "latent_size": self.latent_size,
            "beta": self.beta,
            "gamma": self.gamma,
            "rate": self.rate,
            "objective": self.objective,
            "likelihood": self.likelihood,
            "likelihood_scale": self.likelihood_scale,
            "transition_prior": prior and keras.saving.serialize_keras_object(prior),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the prior, then the model."""
        prior = config.get("transition_prior")
        prior = keras.saving.deserialize_keras_object(prior) if isinstance(prior, dict) else prior
        return cls(**{**config, "transition_prior": prior})

    def _decode(self, codes):
        lead = ops.shape(codes)[:-1]
        flat = ops.reshape(codes, (-1, self.latent_size))
        images = self.decoder(ops.cast(flat, self.compute_dtype))
        return ops.reshape(ops.cast(images, "float32"), (*lead, *self.image_shape))

    def _training_frames(self, data):
        frames = pair_frames(data)
        if not self.built:
            self.build(frames.shape)
        check_frames_shape("SlowVAE.fit", frames.shape, self.image_shape)
        if self.likelihood == "bernoulli" and not self.jit_compile:  # XLA leaves checks out
            frames = refuse_outside_unit_range("SlowVAE.fit", frames)
        return frames

    def _tracked_loss(self, frames, seen):
        """Return this replica's part of the loss, and track it and its terms."""
        import tensorflow as tf

        batch, steps = ops.shape(frames)[:2]
        noise = per_sample_normal(batch, (steps, self.latent_size), self.seed, seen)
        loss, terms = self.objective_of(never_empty(frames), never_empty(noise))
        loss = loss + sum(self.losses)
        self.loss_tracker.update_state(loss, sample_weight=batch)
        for name, value in terms.items():
            self.term_trackers[name].update_state(value, sample_weight=batch)
        # Keras sums the gradients of all replicas.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return loss * share_of_global_batch(batch) / replicas

    def _in_batches(self, name, array, result_shape, batch_size):
        shape = (self.latent_size,) if name == "decode" else self.image_shape
        batch_size = check_int(f"SlowVAE.{name}", "batch_size", batch_size, 1)
        graph = self.traced(name, lambda: self._trace(name, shape))
        return run_in_batches(graph, array, shape, result_shape, batch_size)

    def _trace(self, name, shape):
        """Return a method's graph for any batch size."""
        import tensorflow as tf

        functions = {
            "encode": lambda images: self.posterior_moments(images)[0],
            "kl_per_latent": lambda images: kl_standard_normal(*self.posterior_moments(images)),
            "decode": self.expected_images,
        }
        spec = tf.TensorSpec((None, *shape), tf.float32)
        return tf.function(functions[name], [spec], autograph=False)
