"""What SlowVAE minimises, term by term."""

import math

from keras import ops

from st_keras.distributions import cross_entropy_standard_normal, normal_entropy

# What `objective_terms` returns, in the order of the logs.
TERMS = (
    "reconstruction",
    "kl_normal",
    "kl_transition",
    "normal_entropy",
    "cross_entropy_normal",
    "cross_entropy_transition",
)


def negative_log_likelihood(likelihood, decoded, frames, scale):
    """Return -log p(x | z) of each frame, summed over its pixels, in nats.

    Args:
        likelihood: "bernoulli": `decoded` are logits and frames lie in [0, 1]; "gaussian":
            `decoded` are the means of normal distributions with standard deviation `scale`.
        decoded: float32 (..., H, W, C).
        frames: float32 (..., H, W, C).
        scale: float > 0, the standard deviation of a Gaussian pixel.

    Returns:
        float32 (...).
    """
    if likelihood == "bernoulli":
        # Cross-entropy of logits, in the form that does not overflow.
        pixels = ops.relu(decoded) - decoded * frames + ops.softplus(-ops.abs(decoded))
    else:
        constant = math.log(scale) + 0.5 * math.log(2 * math.pi)
        pixels = 0.5 * ops.square((frames - decoded) / scale) + constant
    return ops.sum(pixels, axis=(-3, -2, -1))


def objective_terms(nll, mean, log_var, prior, objective):
    """Return the terms of the objective, each a mean over the batch, in nats.

        reconstruction            mean over frames of -log p(x | z)
        normal_entropy            mean over frames of H(q)
        cross_entropy_normal      mean over frames of CE(q || N(0, I))
        cross_entropy_transition  mean over pairs of CE(q_t || p(. | m_{t-1}))
                                                   + CE(q_{t-1} || p(. | m_t))
        kl_normal                 cross_entropy_normal - normal_entropy
        kl_transition             cross_entropy_transition - normal_entropy      "reference"
                                  the sum of both KLs, mean over pairs           "exact"

    Args:
        nll: (B, T).
        mean: (B, T, latents), posterior means.
        log_var: (B, T, latents), their log-variances.
        prior: a transition prior with `cross_entropy(mean, log_var, location)`.
        objective: "reference" or "exact".

    Returns:
        Dict of scalars by the names in `TERMS`.
    """
    entropy = ops.sum(normal_entropy(log_var), axis=-1)  # (B, T)
    normal = ops.sum(cross_entropy_standard_normal(mean, log_var), axis=-1)
    forward = prior.cross_entropy(mean[:, 1:], log_var[:, 1:], mean[:, :-1])
    backward = prior.cross_entropy(mean[:, :-1], log_var[:, :-1], mean[:, 1:])
    transition = ops.mean(ops.sum(forward + backward, axis=-1))
    if objective == "reference":
        # Two cross-entropies, one entropy: the released code, and not a sum of two KLs.
        subtracted = ops.mean(entropy)
    else:
        subtracted = ops.mean(entropy[:, 1:] + entropy[:, :-1])
    values = {
        "reconstruction": ops.mean(nll),
        "normal_entropy": ops.mean(entropy),
        "cross_entropy_normal": ops.mean(normal),
        "cross_entropy_transition": transition,
        "kl_normal": ops.mean(normal) - ops.mean(entropy),
        "kl_transition": transition - subtracted,
    }
    return {name: values[name] for name in TERMS}
