"""Row: what a library sees: its GPUs, and which CUDA it was built for."""

import importlib

from benchmarks.gpu import devices
from benchmarks.speed.gpu import gpu_names

REMEDIES = {
    "tensorflow": "pip install 'tensorflow[and-cuda]'",
    "jax": "pip install 'jax[cuda12]'",
    "torch": "pip install torch, built for CUDA",
}


def run(arguments, settings):
    """Ask a library for its devices.

    Args:
        arguments: dict: "library".
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values: "status" ("no GPU" if it sees none), "text", "gpus" (names), "built"
        (versions of CUDA and what belongs to it).
    """
    library = arguments["library"]
    imported = importlib.import_module(library)
    built = {name: version for name, version in _built(library).items() if version}
    gpus = _stand_ins(library) if settings.smoke else gpu_names(library)
    versions = ", ".join(f"{name} {version}" for name, version in built.items()) or "without CUDA"
    found = {"gpus": gpus, "version": imported.__version__, "built": built}
    if not gpus:
        text = f"{library} {imported.__version__} ({versions}) sees none: {REMEDIES[library]}"
        return {"status": "no GPU", "text": text, **found}
    names = ", ".join(gpus)
    return {"status": "ok", "text": f"{imported.__version__} ({versions}) sees {names}", **found}


def _stand_ins(library):
    if library == "torch":
        return ["CPU"]
    return [str(device) for device in getattr(devices, f"{library}_devices")(smoke=True)]


def _built(library):
    if library == "torch":
        import torch

        return {"CUDA": torch.version.cuda, "cuDNN": torch.backends.cudnn.version()}
    if library == "jax":
        import jax

        return {"platform": " ".join(jax.devices()[0].client.platform_version.split())}
    import tensorflow as tf

    built = tf.sysconfig.get_build_info()
    return {"CUDA": built.get("cuda_version"), "cuDNN": built.get("cudnn_version")}
