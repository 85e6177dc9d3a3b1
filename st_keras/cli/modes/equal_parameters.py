"""Networks of equal size: the width that comes nearest to a number of parameters."""

from st_keras.models.family import family
from st_keras.validation import error

LAYERS = 2
WIDTHS = range(4, 257, 2)  # twice of each is divisible by four slots


def build_with_parameters(model, parameters, image_shape, patch_size, **arguments):
    """Build the network of two equal layers whose parameters come nearest to a number.

    Args:
        model: str, the name of a `ModelFamily`.
        parameters: int, trainable parameters wanted.
        image_shape: (H, W, C).
        patch_size: int.
        **arguments: further constructor arguments, such as `dtype`.

    Returns:
        The built network.

    Raises:
        ValueError: if even the narrowest or the widest is further than a quarter from the number.
    """

    def build(width):
        settings = {"filters": (width,) * LAYERS, "patch_size": patch_size, **arguments}
        if model != "modernn":
            settings["kernel_size"] = 3  # as ModeRNN has it
        network = family(model).model_class(**settings)
        network.build((None, None, *image_shape))
        return network

    def distance(network):
        return abs(trainable_parameters(network) - parameters)

    # Parameters grow with the width: halve the interval that holds the wanted number.
    low, high = 0, len(WIDTHS) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if trainable_parameters(build(WIDTHS[middle])) < parameters:
            low = middle
        else:
            high = middle
    best = min((build(WIDTHS[low]), build(WIDTHS[high])), key=distance)
    if distance(best) > parameters / 4:
        raise error(
            "--parameters",
            f"{parameters:,}, to which the nearest {model} of {LAYERS} layers has "
            f"{trainable_parameters(best):,}",
            "a number that all models can come near to",
            f"Pass --parameters {trainable_parameters(best)}, or other models.",
        )
    return best


def trainable_parameters(network):
    """Number of trainable parameters of a built network."""
    return sum(weight.value.shape.num_elements() for weight in network.trainable_weights)
