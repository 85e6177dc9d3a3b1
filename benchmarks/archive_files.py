"""Generated archives of frames, each in the form in which archives of that kind are stored."""

import numpy as np

CHUNK_TIMES = 1  # frames of a stored chunk, as archives of radar have them
AT_ONCE = 64  # frames written at once
TOLD = 1000  # of a sparse archive every so many frames hold something


def rain(count, size, seed=0):
    """Return frames of bytes (count, size, size) that compress as rain does: mostly zeros.

    Args:
        count: int.
        size: int, height and width.
        seed: int. Default 0.
    """
    generator = np.random.default_rng((seed, count, size))
    coarse = generator.random((count, -(-size // 8), -(-size // 8)), "float32")
    wet = np.clip(coarse - 0.7, 0, None) * (200 / 0.3)
    frames = wet.repeat(8, axis=1).repeat(8, axis=2)[:, :size, :size]
    noise = generator.random(frames.shape, "float32")
    return (frames * (0.75 + 0.25 * noise)).astype("uint8")


def write_npy(path, frames):
    """Write frames as an .npy file."""
    np.save(path, frames)


def write_hdf5(path, frames):
    """Write frames (T, H, W) as the dataset "frames", compressed, one time a chunk."""
    import h5py

    chunk = (CHUNK_TIMES, *frames.shape[1:])
    with h5py.File(path, "w") as file:
        file.create_dataset("frames", data=frames, chunks=chunk, compression="gzip")


def write_netcdf(path, frames):
    """Write frames (T, H, W) as the variable "frames", compressed, one time a chunk."""
    import xarray

    chunk = (CHUNK_TIMES, *frames.shape[1:])
    array = xarray.DataArray(frames, dims=("time", "y", "x"), name="frames")
    encoding = {"frames": {"chunksizes": chunk, "zlib": True}}
    array.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def write_zarr(path, frames):
    """Write frames (T, H, W) as an array, compressed, one time a chunk."""
    _new_zarr(path, frames.shape)[:] = frames


def open_frames(path):
    """Return the frames of a file that was written here, to be read by window.

    Args:
        path: pathlib.Path, whose suffix tells the kind: .npy, .h5, .nc or .zarr.
    """
    if path.suffix == ".npy":
        from st_keras.datasets import load_array_file
        from st_keras.datasets.archives.mapped_values import MappedValues

        return MappedValues(load_array_file(path))
    if path.suffix == ".h5":
        import h5py

        return h5py.File(path)["frames"]
    if path.suffix == ".nc":
        import xarray

        return xarray.open_dataset(path, engine="h5netcdf", cache=False)["frames"]
    import zarr

    return zarr.open_array(str(path), mode="r")


def write_large(path, num_frames, size):
    """Write an archive of any size, (num_frames, size, size) bytes, without holding it in memory.

    .npy and .h5 are sparse: what is not stored reads as zeros and takes no room on the disk. Of a
    .zarr every chunk is stored.

    Args:
        path: pathlib.Path that ends in .npy, .h5 or .zarr.
        num_frames: int of at least 1.
        size: int, height and width.

    Returns:
        int, bytes on the disk.
    """
    shape, some = (num_frames, size, size), rain(AT_ONCE, size)
    if path.suffix == ".zarr":
        array = _new_zarr(path, shape)
        for start in range(0, num_frames, AT_ONCE):
            array[start : start + AT_ONCE] = some[: num_frames - start]
    elif path.suffix == ".h5":
        import h5py

        with h5py.File(path, "w") as file:
            dataset = file.create_dataset(
                "frames", shape, "uint8", chunks=(CHUNK_TIMES, size, size)
            )
            for number, start in enumerate(range(0, num_frames, TOLD)):
                dataset[start] = some[number % AT_ONCE]
    else:
        array = np.lib.format.open_memmap(path, "w+", "uint8", shape)
        for number, start in enumerate(range(0, num_frames, TOLD)):
            array[start] = some[number % AT_ONCE]
        array.flush()
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return sum(512 * file.stat().st_blocks for file in files)


def _new_zarr(path, shape):
    import zarr

    chunk = (CHUNK_TIMES, *shape[1:])
    return zarr.create_array(str(path), shape=shape, chunks=chunk, dtype="uint8")
