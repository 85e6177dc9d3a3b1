"""TensorFlow Probability, imported when first needed: it loads tf_keras, which takes seconds."""

import contextlib
import functools
import warnings

from st_keras.validation import error


def tfp_distributions(where):
    """Return the module `tfp.distributions`, with KL(Normal || Laplace) registered.

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if TensorFlow Probability or tf_keras is not installed.
    """
    try:
        return _load()
    except ImportError as exc:
        raise error(
            where,
            f"an environment that cannot import TensorFlow Probability ({exc})",
            "tensorflow-probability and, since Keras 3, tf_keras beside it",
            'Run: pip install "tensorflow-probability[tf]"',
        ) from exc


@functools.cache
def _load():
    import tensorflow as tf

    with warnings.catch_warnings():
        # How TFP 0.25 compares versions; nothing that a user could change.
        warnings.filterwarnings("ignore", "distutils Version classes", DeprecationWarning)
        import tensorflow_probability as tfp

    from st_keras.distributions.normal_laplace import kl_normal_laplace

    tfd = tfp.distributions

    def kl(normal, laplace, name=None):
        del name
        log_var = 2.0 * tf.math.log(normal.scale)
        return kl_normal_laplace(normal.loc, log_var, laplace.loc, 1.0 / laplace.scale)

    with contextlib.suppress(ValueError):  # another package has registered one already
        tfd.RegisterKL(tfd.Normal, tfd.Laplace)(kl)
    return tfd
