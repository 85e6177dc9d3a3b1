"""What `Forecaster` accepts as actions, and where it hands them to the network."""

import numpy as np

from st_keras.validation import check_rank, error

ACTION_AXES = ("B", "T", "A")


def takes_actions(network):
    """Whether a network is conditioned on actions: it then says its `action_size`."""
    return getattr(network, "action_size", None) is not None


def split_actions(inputs, network):
    """Split the input of a model into `(frames, {"actions": actions})`, or `(frames, {})`.

    Args:
        inputs: frames (B, T, H, W, C) for a network without actions; else a dict
            {"frames": (B, T, H, W, C), "actions": (B, T, A)}.
        network: the next-frame network.

    Raises:
        ValueError: for actions that the network does not take, and for frames without actions.
    """
    names = sorted(map(str, inputs)) if isinstance(inputs, dict) else None
    if not takes_actions(network):
        if names and "actions" in names:
            raise _superfluous("Forecaster", f"a dict of {names}", network)
        return inputs, {}
    if names != ["actions", "frames"]:
        kind = type(inputs).__name__
        raise error(
            "Forecaster",
            "frames without actions" if names is None else f"a {kind} of {names}",
            f'a dict {{"frames": (B, T, H, W, C), "actions": (B, T, {network.action_size})}}, '
            f"because {type(network).__name__} is told the actions",
            'Map the dataset: dataset.map(lambda f, a: {"frames": f, "actions": a}).',
        )
    return inputs["frames"], {"actions": inputs["actions"]}


def network_arguments(where, network, actions):
    """Return `{"actions": actions}` for a network that takes them, `{}` for others.

    Raises:
        ValueError: for missing and for superfluous actions.
    """
    if not takes_actions(network):
        if actions is not None:
            raise _superfluous(where, "actions", network)
        return {}
    if actions is None:
        raise error(
            where,
            "no actions",
            f"actions (B, T, {network.action_size}), because {type(network).__name__} is told them",
            "Pass actions=..., those of the future too.",
        )
    return {"actions": actions}


def check_training_actions(shape, frames_shape, network):
    """Refuse actions that are not (B, T, A), one for each frame."""
    check_rank("Forecaster", "actions", shape, ACTION_AXES)
    length, size = frames_shape[1], network.action_size
    if shape[1] != length or shape[2] != size:
        raise error(
            "Forecaster",
            f"actions of shape {tuple(shape)} with sequences of {length} frames",
            f"shape (B, {length}, {size}): {size} numbers for each frame, the last one too",
            "Cut the actions as the frames. If the last frame has none, repeat the one before: it "
            "is read with reverse_input only.",
        )


def check_future_actions(actions, context, horizon, network):
    """Return `actions` as an array that goes with a context and a horizon, or raise `ValueError`.

    Args:
        actions: array (N, T + horizon - 1, A): those of the T context frames and of all frames
            that are forecast, but for the last, whose action leads beyond the horizon.
        context: array (N, T, H, W, C).
        horizon: int.
        network: a network that takes actions.
    """
    where = "Forecaster.forecast"
    actions = np.asarray(actions)
    check_rank(where, "actions", actions.shape, ("N", "T + horizon - 1", "A"))
    count, length = context.shape[:2]
    required = (count, length + horizon - 1, network.action_size)
    if actions.shape != required:
        raise error(
            where,
            f"actions of shape {actions.shape} with {count} context(s) of {length} frame(s) and "
            f"horizon={horizon}",
            f"shape {required}: (N, T + horizon - 1, A), one action for every frame from the first "
            "of the context to the last but one of the forecast",
            "Cut the actions to that length.",
        )
    if actions.dtype.kind not in "fiub" or not np.isfinite(actions).all():
        raise error(
            where,
            f"actions of dtype {actions.dtype}"
            + (" with NaN or infinite values" if actions.dtype.kind == "f" else ""),
            "finite real numbers",
            "Fill what is missing, for example with zeros where nothing was done.",
        )
    return actions


def _superfluous(where, received, network):
    name = type(network).__name__
    return error(
        where,
        f"{received} for a {name}, which takes no actions",
        "frames (B, T, H, W, C) alone",
        "Leave the actions out, or use st_keras.models.ActionConditionedPredRNN.",
    )
