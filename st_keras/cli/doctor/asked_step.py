"""The training step that the flags of `st-keras doctor` describe."""

from st_keras.cli.doctor.flags import DEFAULT_FRAMES, DEFAULT_PAIRS, MACHINE
from st_keras.cli.doctor.probe_request import PAIR, SAVED, SLOWVAE, ProbeRequest
from st_keras.cli.doctor.probed_model import KINDS, redressed
from st_keras.cli.model_file import check_frames_fit, load_trained, run_record
from st_keras.cli.network_settings import settings_of
from st_keras.models import SlowVAE
from st_keras.validation import error

DEFAULT_IMAGE_SHAPE = (64, 64, 1)
DEFAULT_BATCH_SIZE = 8  # of a model whose run is not known
DEFAULT_HORIZON = 10
_OF_FORECASTERS = ("sampling", "decoupling_weight", "reverse_input")
_OF_SLOWVAE = ("latent_size", "beta", "gamma", "rate", "objective", "likelihood")


def request_of(options):
    """Return the `ProbeRequest` that the command line describes; None if it names no model.

    Args:
        options: the parsed command line of `doctor`.

    Raises:
        ValueError: for a file that holds no model, or flags that do not fit the one it holds.
    """
    if options.model == MACHINE:
        return _of_file(options)
    image_shape = options.image_shape or DEFAULT_IMAGE_SHAPE
    if options.model == SLOWVAE:
        settings = {name: getattr(options, name) for name in _OF_SLOWVAE}
        batch_size = options.batch_size or DEFAULT_PAIRS
        sizes = (batch_size, PAIR, image_shape)
        return ProbeRequest(SLOWVAE, *sizes, settings, precision=options.precision)
    network, recipe = settings_of(options)
    training = {name: recipe[name] for name in _OF_FORECASTERS}
    training.update(preset=options.preset, steps=recipe["steps"])
    return ProbeRequest(
        options.model,
        recipe["batch_size"],
        options.frames or DEFAULT_FRAMES,
        image_shape,
        network,
        training,
        options.precision,
        options.jit_compile,
    )


def _of_file(options):
    if options.model_file is None:
        return None
    model = load_trained(options.model_file, KINDS)
    redressed(model, options.precision, options.remat)  # refuses what does not go
    trained = (run_record(options.model_file) or {}).get("options", {})
    image_shape = options.image_shape or tuple(model.image_shape)
    if isinstance(model, SlowVAE):
        _check_no_frames(options)
        batch_size, frames = DEFAULT_PAIRS, PAIR
    else:
        check_frames_fit(model, image_shape)
        horizon = int(trained.get("horizon") or DEFAULT_HORIZON)
        batch_size, frames = DEFAULT_BATCH_SIZE, model.context_length + horizon
    settings = {"file": str(options.model_file)}
    return ProbeRequest(
        SAVED,
        options.batch_size or int(trained.get("batch_size") or batch_size),
        options.frames or frames,
        image_shape,
        {**settings, "remat": options.remat} if options.remat else settings,
        precision=options.precision,
    )


def _check_no_frames(options):
    if options.frames is not None:
        raise error(
            "--frames",
            f"{options.frames} for a file that holds a SlowVAE",
            f"no --frames: a SlowVAE trains on pairs, {PAIR} frames",
            "Leave --frames out.",
        )
