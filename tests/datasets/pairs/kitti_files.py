"""Small files in the formats of KITTI Masks."""

import pickle

import numpy as np


def moving_boxes(lengths, size=(64, 64), seed=0):
    """Lists of bool (T, H, W) masks, one box each, and their float32 (T, 3) latents."""
    generator = np.random.default_rng(seed)
    masks, latents = [], []
    y, x = np.indices(size)
    for length in lengths:
        frames = np.zeros((length, *size), bool)
        for frame in frames:
            top, left = generator.integers(0, size[0] - 8), generator.integers(0, size[1] - 8)
            height, width = generator.integers(3, 9, 2)
            frame[top : top + height, left : left + width] = True
        area = frames.sum((1, 2))
        rows = [(frames * y).sum((1, 2)) / area, (frames * x).sum((1, 2)) / area, area]
        masks.append(frames)
        latents.append(np.stack(rows, axis=1).astype("float32"))
    return masks, latents


def write_pickle(path, masks, latents, protocol=4, **more):
    """Write the published format."""
    content = {"pedestrians": masks, "pedestrians_latents": latents, **more}
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def write_npz(path, masks, latents, /, **changed):
    """Write the packed format."""
    arrays = {
        "masks_packed": np.packbits(np.concatenate(masks).reshape(-1, 4096), axis=1),
        "lengths": np.array([len(m) for m in masks], "int32"),
        "latents": np.concatenate(latents),
    }
    arrays = {k: v for k, v in {**arrays, **changed}.items() if v is not None}
    np.savez(path, **arrays)
    return path
