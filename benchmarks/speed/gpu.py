"""The GPUs that a library ("tensorflow", "jax" or "torch") sees, and its peak memory there."""


def gpu_names(library):
    """Return the names of the GPUs."""
    if library == "torch":
        import torch

        return [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())]
    if library == "jax":
        import jax

        return [device.device_kind for device in jax.devices() if device.platform == "gpu"]
    import tensorflow as tf

    return [
        tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
        for gpu in tf.config.list_physical_devices("GPU")
    ]


def share_memory(library):
    """Let TensorFlow take device memory as it needs it: other processes want some."""
    if library != "tensorflow":
        return  # PyTorch does so by itself; JAX is told by its environment, see `command`
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def device_peak(library):
    """Return the peak memory in bytes that the library took on the first GPU."""
    if library == "torch":
        import torch

        return torch.cuda.max_memory_allocated()
    if library == "jax":
        import jax

        return jax.devices()[0].memory_stats()["peak_bytes_in_use"]
    import tensorflow as tf

    return tf.config.experimental.get_memory_info("GPU:0")["peak"]
