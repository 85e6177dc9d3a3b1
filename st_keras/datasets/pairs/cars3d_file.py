"""The published archive of Cars3D."""

import pathlib
import tarfile

import numpy as np

from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.grid_stack import fill_stack
from st_keras.datasets.pairs.image_shrinking import shrink_images
from st_keras.datasets.pairs.mat_array import read_mat_array
from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import error

_FOLDER = "cars"
_LARGEST_FILE = 1 << 25  # bytes; the published ones have at most 5 MB
_LARGEST_SIDE = 256  # pixels; the published ones have 128


def load_cars3d(path, cache=None, verbose=1):
    """Load Cars3D: 183 car models from 4 elevations and 24 azimuths, 17,568 images.

    Args:
        path: str or path of `nips2015-analogy-data.tar.gz`, whose folder `cars` holds a `.mat`
            file per car (`im`, uint8 (H, W, 3, 24, 4)), or of a folder with these files. The
            archive is read in memory and nothing of it is written.
        cache: path of a `.npy` file in which the images are kept, 216 MB, and from which they
            are mapped; None (default) keeps them in memory.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid` of 64x64x3 images, made smaller with a Lanczos filter.

    Raises:
        ValueError: if the archive is missing or damaged, a member's name leads out of it, or the
            cars are not 183 or of another shape.

    Differs from the reference:
        The type is the rank of the file's name; there it is the order in which the file system
        lists the files, which differs between machines.

    References:
        Reed, Zhang, Zhang, Lee: Deep Visual Analogy-Making, NeurIPS 2015,
        https://papers.nips.cc/paper/5845-deep-visual-analogy-making
    """
    where, spec = "load_cars3d", GRIDS["cars3d"]
    return spec.grid(fill_stack(where, spec, read_cars3d_blocks(where, path, spec), cache, verbose))


def read_cars3d_blocks(where, path, spec):
    """Yield `(factors, images)` per car: int64 (96, 3) and uint8 (96, 64, 64, 3)."""
    path = pathlib.Path(path)
    if path.is_dir():
        files = {file.name: file for file in path.glob("*.mat") if not _is_hidden(file)}
        types = _types(where, path, spec, files)
        for name, file in files.items():
            with refuse_damaged(where, file, "a readable file"):
                _check_size(where, name, file.stat().st_size)
                content = file.read_bytes()
            yield _views(where, spec, types[name], name, content)
        return
    if not path.is_file():
        raise error(
            where,
            f"path {str(path)!r}, which is no file or folder",
            "an existing archive, or a folder of .mat files",
            "Check the spelling and the folder.",
        )
    with refuse_damaged(where, path, "a whole tar archive"), tarfile.open(path, "r:*") as archive:
        members = [member for member in archive if _is_car(where, member)]
        types = _types(where, path, spec, [member.name for member in members])
        # In the archive's own order: to go back in a compressed file is to start again.
        for member in members:
            content = archive.extractfile(member).read()
            yield _views(where, spec, types[member.name], member.name, content)


def _is_car(where, member):
    name = pathlib.PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise _foreign(where, member.name, member.size)
    _check_size(where, member.name, member.size)
    is_car = name.suffix == ".mat" and name.parent.name == _FOLDER and not _is_hidden(name)
    return member.isfile() and is_car


def _is_hidden(path):
    return path.name.startswith(".")  # what macOS adds to archives and folders


def _check_size(where, name, size):
    if size > _LARGEST_FILE:
        raise _foreign(where, name, size)


def _foreign(where, name, size):
    return error(
        where,
        f"an archive with the member {name[:80]!r} of {size} bytes",
        f"names inside the archive, at most {_LARGEST_FILE} bytes each",
        "Nothing was unpacked. Get the archive again, from its own site.",
    )


def _types(where, path, spec, names):
    count = spec.factor_sizes[-1]
    if len(names) != count or len(set(names)) != count:
        raise error(
            where,
            f"{len(names)} .mat files of cars in {str(path)!r}",
            f"{count}, each once",
            f"Get the archive as published: {spec.url}",
        )
    return {name: index for index, name in enumerate(sorted(names))}


def _views(where, spec, car_type, name, content):
    elevations, azimuths, _ = spec.factor_sizes

    def check(shape, kind):
        good = kind == "uint8" and len(shape) == 5 and shape[2:] == (3, azimuths, elevations)
        if not good or max(shape[:2]) > _LARGEST_SIDE:
            raise error(
                where,
                f"im of shape {shape}, {kind} in {name!r}",
                f"uint8 (H, W, 3, {azimuths}, {elevations}), H and W at most {_LARGEST_SIDE}",
                f"Get the archive as published: {spec.url}",
            )

    # The array with its header and other variables of the file.
    most = 2 * _LARGEST_SIDE**2 * 3 * azimuths * elevations
    views = read_mat_array(where, name, content, "im", check, most)
    images = views.transpose(4, 3, 0, 1, 2).reshape(-1, *views.shape[:3])  # by elevation, azimuth
    points = np.argwhere(np.ones((elevations, azimuths)))
    factors = np.concatenate([points, np.full((len(points), 1), car_type)], axis=1)
    return factors, shrink_images(images, spec.image_shape[0], "lanczos")
