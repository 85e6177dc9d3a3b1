"""`st-keras import-torch model.ckpt model.keras --image-shape 64,64,1`."""

import pathlib
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.run_folder import check_writable
from st_keras.cli.whole_file import written_whole
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting
from st_keras.validation import error


@dataclass(frozen=True, kw_only=True)
class ImportTorch(CommandSettings):
    """Make a model file from a checkpoint of the published PyTorch codes."""

    checkpoint: pathlib.Path = setting(
        types.path, help=".ckpt, .pth, .safetensors or .npz", flag=None
    )
    out: pathlib.Path = setting(
        types.name(".keras"), help="new file", flag=None, metavar="OUT.keras"
    )
    image_shape: tuple | None = setting(
        types.image_shape,
        None,
        "of the frames, such as 64,64,1 (SlowVAE needs none)",
        metavar="H,W,C",
    )
    context_length: int = setting(
        types.whole(1), 10, "frames observed before a forecast (default: 10)"
    )


def check(settings):
    """Refuse a file that is in the way."""
    if settings.out.exists():
        raise error(
            "OUT.keras",
            f"{str(settings.out)!r}, which exists",
            "a name with no file of that name there yet",
            "Choose another name; nothing is overwritten.",
        )
    check_writable(settings.out)


def import_torch(settings):
    """Write the model file, and say what was found, what was assumed and what to do next."""
    from st_keras.export import import_torch_checkpoint
    from st_keras.export.reference_names import published_weights_of
    from st_keras.models import SlowVAE

    model = import_torch_checkpoint(
        settings.checkpoint, settings.image_shape, settings.context_length
    )
    with written_whole(settings.out) as unfinished:
        model.save(unfinished)
    network = model if isinstance(model, SlowVAE) else model.network
    print(f"{type(network).__name__} in {settings.checkpoint}")
    rows = _found(network, model.image_shape)
    width = max(map(len, rows))
    print("\n".join(f"  {what:<{width}}  {value}" for what, value in rows.items()))
    untold = ", ".join(
        f"{name}={getattr(network, name)}" for name in published_weights_of(network).untold
    )
    print(f"not told by a checkpoint, assumed: {untold}")
    print(f"model: {settings.out}\nnext:  {_next(network, settings)}")


def _found(network, image_shape):
    """Return what the checkpoint told, by the names of the table."""
    height, width, channels = image_shape
    config = network.get_config()
    rows = {"image": f"{height} x {width}, {channels} channel(s)"}
    if "filters" in config:
        rows["layers"] = len(network.filters)
        rows["filters"] = ", ".join(map(str, network.filters))
    for name in (
        *("kernel_size", "patch_size", "layer_norm", "decoupling", "action_size"),
        *("num_slots", "batch_norm", "latent_size"),
    ):
        if name in config:
            rows[name] = config[name]
    return {**rows, "parameters": f"{network.count_params():,}"}


def _next(network, settings):
    from st_keras.models import ActionConditionedPredRNN, SlowVAE

    opened = f'keras.models.load_model("{settings.out}")'
    if isinstance(network, SlowVAE):
        return f"{opened}.encode(images), images within [0, 1]"
    if isinstance(network, ActionConditionedPredRNN):
        return f"{opened}.forecast(frames, horizon, actions=actions), frames within [0, 1]"
    return (
        f"st-keras forecast {settings.out} --data FRAMES --out forecast.npy\n"
        f"       (the network expects frames within [0, 1]; {settings.context_length} of them "
        "are read)"
    )


COMMAND = Command(name="import-torch", settings=ImportTorch, check=check, work=import_torch)
