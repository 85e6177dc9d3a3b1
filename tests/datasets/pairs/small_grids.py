"""Published grids of images in small: the same files with fewer values per factor."""

import dataclasses
import gzip
import io
import struct
import tarfile

import numpy as np

from st_keras.datasets.pairs.grid_specs import GRIDS

SIZES = {
    "dsprites": (3, 2, 4, 3, 2),
    "shapes3d": (2, 3, 2, 2, 4, 3),
    "smallnorb": (2, 4, 3, 2, 3),
    "cars3d": (2, 3, 5),
    "mpi3d_toy": (2, 2, 2, 3, 3, 2, 2),
    "mpi3d_realistic": (2, 2, 2, 3, 3, 2, 2),
    "mpi3d_real": (3, 3, 2, 3, 3, 2, 2),
}


def shrink_grid(monkeypatch, name, side=8):
    """Make the package believe that the grid `name` has the sizes above; return its spec."""
    shape = (side, side, GRIDS[name].image_shape[-1])
    spec = dataclasses.replace(GRIDS[name], factor_sizes=SIZES[name], image_shape=shape)
    monkeypatch.setitem(GRIDS, name, spec)
    return spec


def all_points(spec):
    """Factors of all grid points in row-major order, by loops and not by the package."""
    return np.array(list(np.ndindex(*spec.factor_sizes)))


def random_images(spec, seed=0):
    """uint8 (N, H, W, C), all different."""
    top = 2 if spec.max_value == 1 else 256
    shape = (len(spec), *spec.image_shape)
    return np.random.default_rng(seed).integers(0, top, shape).astype("uint8")


def check_grid(grid, spec, images):
    """The grid shows `images`, a row-major stack, at their points."""
    points = all_points(spec)
    order = np.random.default_rng(1).permutation(len(points))
    wanted = images[order] * np.uint8(255 // spec.max_value)
    np.testing.assert_array_equal(grid.images(points[order]), wanted)
    assert grid.factor_sizes == spec.factor_sizes and grid.factor_names == spec.factor_names
    assert grid.categorical == spec.categorical and grid.unscored == spec.unscored
    assert grid.name == spec.name and grid.image_shape == spec.image_shape


def write_dsprites(path, spec, images, order=None, /, **changed):
    points = all_points(spec)
    order = np.arange(len(spec)) if order is None else order
    arrays = {
        "metadata": np.array({"pickled": "never read"}, dtype=object),
        "imgs": images[order, ..., 0],
        "latents_classes": np.insert(points, 0, 0, axis=1)[order],
        "latents_values": np.zeros((len(spec), 6)),
    }
    arrays = {key: value for key, value in {**arrays, **changed}.items() if value is not None}
    np.savez_compressed(path, **arrays)
    return path


def write_shapes3d(path, spec, images, order=None, /, **changed):
    import h5py

    order = np.arange(len(spec)) if order is None else order
    # Values and not indices, as in the file: hues, sizes from 0.75, angles from -30.
    values = all_points(spec) * [0.1, 0.1, 0.1, 0.07, 1.0, 4.3] + [0, 0, 0, 0.75, 0, -30]
    arrays = {"images": images[order], "labels": values[order], **changed}
    with h5py.File(path, "w") as file:
        for key, value in arrays.items():
            if value is not None:
                file[key] = value
    return path


def car_views(images, spec, car_type):
    """`im` of one car: (H, W, 3, azimuths, elevations)."""
    elevations, azimuths, types = spec.factor_sizes
    grid = images.reshape(elevations, azimuths, types, *images.shape[1:])
    views = np.empty((*images.shape[1:], azimuths, elevations), "uint8")
    for elevation in range(elevations):
        for azimuth in range(azimuths):
            views[..., azimuth, elevation] = grid[elevation, azimuth, car_type]
    return views


def mat_bytes(**arrays):
    from scipy import io as scipy_io

    file = io.BytesIO()
    scipy_io.savemat(file, arrays)
    return file.getvalue()


def car_files(images, spec, order=None):
    """`{name: bytes}` in a shuffled order; the type is the rank of the name."""
    order = [3, 0, 4, 2, 1] if order is None else order
    return {
        f"data/cars/{car_type:03d}_mesh.mat": mat_bytes(im=car_views(images, spec, car_type))
        for car_type in order
    }


def write_tar(path, files):
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            else:  # the target of a link
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
    return path


def matrix_bytes(array):
    """A file in the format of NORB."""
    magic = {"u1": 0x1E3D4C55, "i4": 0x1E3D4C54, "f4": 0x1E3D4C51, "f8": 0x1E3D4C53}
    magic = {**magic, "i2": 0x1E3D4C56}[array.dtype.str[1:]]
    sizes = [*array.shape, *[1] * (3 - array.ndim)]
    return struct.pack(f"<ii{len(sizes)}i", magic, array.ndim, *sizes) + array.tobytes()


def write_norb(folder, spec, images, compress=False, **changed):
    """The six files, rows shuffled, half of the instances in each split."""
    points = all_points(spec)
    order = np.random.default_rng(2).permutation(len(points))
    for split, rest in (("training", 0), ("testing", 1)):
        rows = order[points[order, 1] % 2 == rest]
        category, instance, elevation, azimuth, lighting = points[rows].T
        left = images[rows, ..., 0]
        arrays = {
            "dat": np.stack([left, 255 - left], axis=1),  # the right image is not to be used
            "cat": category.astype("int32"),
            "info": np.stack([instance, elevation, 2 * azimuth, lighting], 1).astype("int32"),
        }
        for part, array in arrays.items():
            content = matrix_bytes(changed.get(f"{split}_{part}", array))
            name = f"smallnorb-5x46789x9x18x6x2x96x96-{split}-{part}.mat"
            if compress:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content, 1))
            else:
                (folder / name).write_bytes(content)
    return folder
