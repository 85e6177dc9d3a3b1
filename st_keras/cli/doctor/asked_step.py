"""The training step that the flags of `st-keras doctor` describe."""

from st_keras.cli.doctor.probe_request import PAIR, SAVED, SLOWVAE, ProbeRequest
from st_keras.cli.doctor.probed_model import KINDS, redressed
from st_keras.cli.doctor_command import DEFAULT_FRAMES, DoctorMachine, DoctorSlowVAE
from st_keras.cli.model_file import check_frames_fit, load_trained, run_record
from st_keras.cli.network_settings import resolved
from st_keras.cli.slowvae.settings import DEFAULT_PAIRS
from st_keras.models import SlowVAE
from st_keras.models.family import family
from st_keras.validation import error

DEFAULT_IMAGE_SHAPE = (64, 64, 1)
DEFAULT_BATCH_SIZE = 8  # of a model whose run is not known
DEFAULT_HORIZON = 10
_OF_FORECASTERS = ("sampling", "decoupling_weight", "reverse_input")


def request_of(settings):
    """Return the `ProbeRequest` that the settings describe; None if they name no model.

    Args:
        settings: what `doctor` was told.

    Raises:
        ValueError: for a file that holds no model, or flags that do not fit the one it holds.
    """
    if isinstance(settings, DoctorMachine):
        return _of_file(settings.saved)
    step = settings.step
    image_shape = step.image_shape or DEFAULT_IMAGE_SHAPE
    if isinstance(settings, DoctorSlowVAE):
        arguments = settings.slowvae.arguments()
        sizes = (step.batch_size or DEFAULT_PAIRS, PAIR, image_shape)
        return ProbeRequest(SLOWVAE, *sizes, arguments, precision=step.precision)
    network, recipe = resolved(
        settings.model, settings.network, settings.recipe, batch_size=step.batch_size
    )
    training = {name: recipe[name] for name in _OF_FORECASTERS}
    preset, _ = family(settings.model).recipe_named(settings.network.asked_recipe)
    training.update(preset=preset, steps=recipe["steps"])
    return ProbeRequest(
        settings.model,
        recipe["batch_size"],
        step.frames or DEFAULT_FRAMES,
        image_shape,
        network,
        training,
        step.precision,
        settings.recipe.jit_compile,
    )


def _of_file(saved):
    if saved.model_file is None:
        return None
    file = saved.model_file
    model = load_trained(file, KINDS)
    redressed(model, saved.precision, saved.remat)  # refuses what does not go
    trained = (run_record(file) or {}).get("options", {})
    image_shape = saved.image_shape or tuple(model.image_shape)
    if isinstance(model, SlowVAE):
        _check_no_frames(saved.frames)
        batch_size, frames = DEFAULT_PAIRS, PAIR
    else:
        check_frames_fit(model, image_shape)
        horizon = int(trained.get("horizon") or DEFAULT_HORIZON)
        batch_size, frames = DEFAULT_BATCH_SIZE, model.context_length + horizon
    settings = {"file": str(file)}
    return ProbeRequest(
        SAVED,
        saved.batch_size or int(trained.get("batch_size") or batch_size),
        saved.frames or frames,
        image_shape,
        {**settings, "remat": saved.remat} if saved.remat else settings,
        precision=saved.precision,
    )


def _check_no_frames(frames):
    if frames is not None:
        raise error(
            "--frames",
            f"{frames} for a file that holds a SlowVAE",
            f"no --frames: a SlowVAE trains on pairs, {PAIR} frames",
            "Leave --frames out.",
        )
