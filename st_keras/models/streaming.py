"""Run a network frame by frame: where a stream starts, one step of it, the frames that follow."""

from keras import ops, tree

from st_keras.ops import frames_to_patches, patches_to_frames


def initial_states(network, batch_size, height, width):
    """Return the states before the first frame of a stream.

    Args:
        network: a built `NextFrameNetwork`.
        batch_size, height, width: ints or scalar tensors, the size of the frames in pixels.

    Returns:
        List of tensors, one for each of `network.rnn.cell.state_names`.
    """
    p = network.patch_size
    return network.rnn.cell.get_initial_state(batch_size, (height // p, width // p))


def step(network, frame, states, action=None, valid=None, known=None, auxiliary=None, fill=0.0):
    """Let a network see one more frame, in inference: one call of its cell.

    Compile it (`tf.function`, `jax.jit`).

    Args:
        network: a built `NextFrameNetwork`.
        frame: (B, H, W, C) in network units.
        states: list of tensors, of `initial_states` or of the step before.
        action: (B, A), the one taken after this frame, of an action-conditioned network.
        valid: bool (B, H, W, C), False where a value is missing. Default: nothing is.
        known: bool (B, H, W, C), with `valid`: the pixels that were valid in any frame before.
        auxiliary: (B, H, W, A), of a network that reads maps beside the frame.
        fill: float or tuple of C floats, read where a value is missing. Default 0.

    Returns:
        `(prediction, states)`: the next frame (B, H, W, C), and the states after this one.

    Example:

    >>> import numpy as np
    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(8,), kernel_size=3)
    >>> network.build((None, None, 16, 16, 1))
    >>> states = initial_states(network, 2, 16, 16)
    >>> for frame in np.zeros((5, 2, 16, 16, 1), "float32"):
    ...     prediction, states = step(network, frame, states)
    >>> prediction.shape, following_frames(network, states, horizon=7).shape
    (TensorShape([2, 16, 16, 1]), TensorShape([2, 7, 16, 16, 1]))
    """
    actions, valid, auxiliary = (
        None if each is None else each[:, None] for each in (action, valid, auxiliary)
    )
    inputs = network.step_inputs(
        frame[:, None],
        actions=actions,
        valid=valid,
        auxiliary=auxiliary,
        fill=fill,
        known=known,
    )
    # Cast as the loop over a whole sequence does.
    dtype = network.rnn.compute_dtype
    inputs = tree.map_structure(lambda x: ops.cast(x[:, 0], dtype), inputs)
    patches, states = network.rnn.cell(inputs, states)
    return patches_to_frames(patches[:, None], network.patch_size)[:, 0], states


def following_frames(network, states, horizon, actions=None, known=None, auxiliary=None, fill=0.0):
    """Forecast the frames that follow the last one seen: horizon - 1 calls of the cell.

    Args:
        network: a built `NextFrameNetwork`.
        states: list of tensors, of at least one `step`: they hold the first prediction.
        horizon: int or scalar tensor, at least 1.
        actions: (B, horizon - 1, A), those at the forecast frames but the last, of an
            action-conditioned network.
        known: bool (B, H, W, C), the pixels that were valid in any frame. Default: all.
        auxiliary: (B, horizon - 1, H, W, A), of a network that reads maps beside the frame: those
            at the forecast frames but the last.
        fill: float or tuple of C floats, read where a pixel is not known. Default 0.

    Returns:
        (B, horizon, H, W, C) in network units.
    """
    prediction = network.rnn.cell.by_name(states)["prediction"]
    first = prediction[:, None]  # (B, 1, H/p, W/p, p p C)

    def and_more():
        batch, *size = ops.shape(prediction)
        inputs = {  # whose frames are not read, as the flags say
            "frame": ops.zeros((batch, horizon - 1, *size), prediction.dtype),
            "observed": ops.zeros((batch, horizon - 1, 1)),
        }
        if known is not None:
            inputs.update(_unknown_pixels(network, known, fill, inputs["frame"]))
        if auxiliary is not None:
            inputs["auxiliary"] = frames_to_patches(auxiliary, network.patch_size)
        if actions is not None:
            inputs["action"] = actions
        more, *_ = network.rnn(inputs, initial_state=states)
        return ops.concatenate([first, more], axis=1)

    # A loop of no step has no shape to tell.
    patches = ops.cond(ops.convert_to_tensor(horizon) > 1, and_more, lambda: first)
    return patches_to_frames(patches, network.patch_size)


def _unknown_pixels(network, known, fill, frames):
    """Return "frame" and "valid" of steps without observed frames: what is read of each pixel."""
    known = ops.cast(known, frames.dtype)[:, None]
    filled = ops.broadcast_to(ops.convert_to_tensor(fill, dtype=frames.dtype), ops.shape(known))
    valid, filled = (frames_to_patches(each, network.patch_size) for each in (known, filled))
    return {"frame": frames + filled, "valid": ops.broadcast_to(valid, ops.shape(frames))}
