"""`st-keras import-torch model.ckpt model.keras --image-shape 64,64,1`."""

from st_keras.cli.run_folder import check_writable
from st_keras.cli.whole_file import written_whole
from st_keras.export import import_torch_checkpoint
from st_keras.export.reference_names import published_weights_of
from st_keras.models import ActionConditionedPredRNN, SlowVAE
from st_keras.validation import error


def run(options):
    """Write the model file, and say what was found, what was assumed and what to do next."""
    _check_out(options.out)
    model = import_torch_checkpoint(options.checkpoint, options.image_shape, options.context_length)
    with written_whole(options.out) as unfinished:
        model.save(unfinished)
    network = model if isinstance(model, SlowVAE) else model.network
    print(f"{type(network).__name__} in {options.checkpoint}")
    rows = _found(network, model.image_shape)
    width = max(map(len, rows))
    print("\n".join(f"  {what:<{width}}  {value}" for what, value in rows.items()))
    untold = ", ".join(
        f"{name}={getattr(network, name)}" for name in published_weights_of(network).untold
    )
    print(f"not told by a checkpoint, assumed: {untold}")
    print(f"model: {options.out}\nnext:  {_next(network, options)}")


def _check_out(out):
    if out.exists():
        raise error(
            "OUT.keras",
            f"{str(out)!r}, which exists",
            "a name with no file of that name there yet",
            "Choose another name; nothing is overwritten.",
        )
    check_writable(out)


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


def _next(network, options):
    opened = f'keras.models.load_model("{options.out}")'
    if isinstance(network, SlowVAE):
        return f"{opened}.encode(images), images within [0, 1]"
    if isinstance(network, ActionConditionedPredRNN):
        return f"{opened}.forecast(frames, horizon, actions=actions), frames within [0, 1]"
    return (
        f"st-keras forecast {options.out} --data FRAMES.npy --out forecast.npy\n"
        f"       (the network expects frames within [0, 1]; {options.context_length} of them "
        "are read)"
    )
