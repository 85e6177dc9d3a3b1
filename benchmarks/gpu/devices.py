"""Which devices are measured, and with which they are compared: the one place that names them.

In the smoke form two CPU devices of one processor stand for two GPUs, so that every other file runs
there as it does on GPUs.
"""

import os

STAND_INS = 2
# A GPU is of no use to the smoke form, and JAX would ask for one.
_SMOKE = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
_ALWAYS = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # Other libraries have had, or will have, processes of their own on the same device.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}


def environment(library, smoke):
    """Return the environment variables of a process that measures.

    Args:
        library: "tensorflow", "jax" or "torch".
        smoke: bool.
    """
    found = {**os.environ, **_ALWAYS, **(_SMOKE if smoke else {})}
    found["KERAS_BACKEND"] = "jax" if library == "jax" else "tensorflow"
    if smoke and library == "jax":
        flag = f"--xla_force_host_platform_device_count={STAND_INS}"
        found["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}".strip()
    return found


def tensorflow_devices(smoke):
    """Return the names of the devices to be measured; before TensorFlow has started its devices."""
    import tensorflow as tf

    if smoke:
        (processor,) = tf.config.list_physical_devices("CPU")
        parts = [tf.config.LogicalDeviceConfiguration() for _ in range(STAND_INS)]
        tf.config.set_logical_device_configuration(processor, parts)
    found = tf.config.list_logical_devices("CPU" if smoke else "GPU")
    # The first of all CPUs is what the others are compared with.
    return [device.name for device in (reversed(found) if smoke else found)]


def tensorflow_reference():
    """Return the name of the device that the others are compared with."""
    import tensorflow as tf

    return tf.config.list_logical_devices("CPU")[0].name


def jax_devices(smoke):
    """Return the devices to be measured."""
    import jax

    return jax.devices("cpu")[::-1] if smoke else jax.devices("gpu")


def jax_reference():
    """Return the device that the others are compared with."""
    import jax

    return jax.devices("cpu")[0]


def allow_tensor_float(library, allowed):
    """Let float32 products round their factors to TensorFloat-32, or not; before any runs.

    Args:
        library: "tensorflow" or "jax".
        allowed: bool.
    """
    if library == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", None if allowed else "highest")
        return
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(allowed)
