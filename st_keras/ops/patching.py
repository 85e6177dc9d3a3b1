"""Fold square patches of a frame into channels and back: exact inverses (space-to-depth)."""

from keras import ops

from st_keras.validation import check_divisible, check_int, check_rank, error

FRAME_AXES = ("B", "T", "H", "W", "C")


def frames_to_patches(frames, patch_size):
    """Fold each `patch_size` x `patch_size` patch of the frames into channels.

    The channel order inside a patch is (row in patch, column in patch, image channel), as in the
    published PredRNN code, so that weights trained there fit.

    Args:
        frames: tensor (B, T, H, W, C). H and W must be divisible by `patch_size`; any of B, T, H, W
            may be unknown when the graph is traced.
        patch_size: int p >= 1. 1 returns `frames` unchanged.

    Returns:
        Tensor (B, T, H/p, W/p, p*p*C) of the same dtype.

    Raises:
        ValueError: if `frames` is not of rank 5 or H or W is not divisible by p.

    Source: `reshape_patch` of the PredRNN reference code. There H must equal W; here it need not.

    Example:

    >>> import numpy as np
    >>> frames_to_patches(np.zeros((2, 10, 64, 48, 1)), patch_size=4).shape
    TensorShape([2, 10, 16, 12, 16])
    """
    p = check_int("frames_to_patches", "patch_size", patch_size, 1)
    frames = ops.convert_to_tensor(frames)
    check_rank("frames_to_patches", "frames", frames.shape, FRAME_AXES)
    for axis, size in (("H", frames.shape[2]), ("W", frames.shape[3])):
        check_divisible("frames_to_patches", axis, size, "patch_size", p)
    if p == 1:
        return frames
    b, t, h, w, c = ops.shape(frames)
    x = ops.reshape(frames, (b, t, h // p, p, w // p, p, c))
    x = ops.transpose(x, (0, 1, 2, 4, 3, 5, 6))  # (B, T, H/p, W/p, p, p, C)
    return ops.reshape(x, (b, t, h // p, w // p, p * p * c))


def patches_to_frames(patches, patch_size):
    """Unfold channels into square patches: the exact inverse of `frames_to_patches`.

    Args:
        patches: tensor (B, T, H, W, p*p*C).
        patch_size: int p >= 1.

    Returns:
        Tensor (B, T, H*p, W*p, C) of the same dtype.

    Raises:
        ValueError: if `patches` is not of rank 5 or its channels are not divisible by p*p.

    Example:

    >>> import numpy as np
    >>> frames = np.random.rand(1, 2, 8, 8, 3)
    >>> bool(np.all(patches_to_frames(frames_to_patches(frames, 4), 4) == frames))
    True
    """
    p = check_int("patches_to_frames", "patch_size", patch_size, 1)
    patches = ops.convert_to_tensor(patches)
    check_rank("patches_to_frames", "patches", patches.shape, FRAME_AXES)
    if patches.shape[-1] % (p * p):
        raise error(
            "patches_to_frames",
            f"{patches.shape[-1]} channels with patch_size={p}",
            f"channels divisible by patch_size**2 = {p * p}",
            "Pass the output of frames_to_patches of the same patch_size.",
        )
    if p == 1:
        return patches
    b, t, h, w, channels = ops.shape(patches)
    c = channels // (p * p)
    x = ops.reshape(patches, (b, t, h, w, p, p, c))
    x = ops.transpose(x, (0, 1, 2, 4, 3, 5, 6))  # (B, T, H, p, W, p, C)
    return ops.reshape(x, (b, t, h * p, w * p, c))
