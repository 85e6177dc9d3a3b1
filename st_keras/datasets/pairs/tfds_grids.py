"""Grids of images that TensorFlow Datasets has prepared."""

import os
import pathlib
import re

import numpy as np

from st_keras.datasets import builders
from st_keras.datasets.builders.tfds_module import require_tfds
from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.grid_stack import fill_stack
from st_keras.datasets.pairs.image_shrinking import shrink_images
from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import check_one_of, error

_BATCH = 512  # images
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def load_tfds_grid(name, data_dir=None, download=False, cache=None, verbose=1):
    """Load a grid of images from the folder of TensorFlow Datasets.

    All splits together make the grid, whatever the order of their examples. SmallNORB is made
    smaller, from 96x96 to 64x64, as `load_small_norb` does.

    Args:
        name: "dsprites", "shapes3d" or "smallnorb", from the catalogue of TensorFlow Datasets;
            "cars3d", "mpi3d_toy", "mpi3d_realistic" or "mpi3d_real", from
            `st_keras.datasets.builders`.
        data_dir: str or path of the folder. Default None: `TFDS_DATA_DIR` of the environment,
            else `~/tensorflow_datasets`.
        download: bool. False (default): the network is not used; the data must have been
            prepared. True: have TensorFlow Datasets download and prepare them (cars3d and mpi3d
            from files in its manual folder).
        cache: path of a `.npy` file in which the images are kept and from which they are mapped;
            None (default) keeps them in memory. With an existing file nothing else is read.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid`.

    Raises:
        ValueError: if the name is unknown, TensorFlow Datasets is not installed, or the data are
            not prepared, incomplete or damaged.
    """
    where = "load_tfds_grid"
    check_one_of(where, "name", name, GRIDS)
    spec = GRIDS[name]
    # The examples are found only when the stack asks for the first of them.
    return spec.grid(
        fill_stack(where, spec, _blocks(where, spec, data_dir, download), cache, verbose)
    )


def _blocks(where, spec, data_dir, download):
    tfds = require_tfds(where)
    if download:
        for builder_name in builders.__all__:
            getattr(builders, builder_name)  # registers it
        builder = tfds.builder(spec.tfds_name, data_dir=data_dir)
        try:
            builder.download_and_prepare()
        except AssertionError as exc:  # its own way to say that the manual folder is empty
            if builder.MANUAL_DOWNLOAD_INSTRUCTIONS is None:
                raise
            raise error(
                where,
                f"no files from which {spec.name} could be prepared ({exc})",
                "the published files in the manual folder",
                "Put them there. TensorFlow Datasets does not download them.",
            ) from exc
    else:
        # From its folder, not by name: looking a name up may ask the network.
        folder = _prepared(where, spec, data_dir, tfds)
        with _opening(where, folder):
            builder = tfds.builder_from_directory(folder)
    wanted = ("image", *spec.tfds_labels)
    missing = [key for key in wanted if key not in builder.info.features]
    if missing:
        raise error(
            where,
            f"{str(builder.data_dir)!r} without {', '.join(missing)}",
            f"the features {', '.join(wanted)}",
            "Prepare the data again with download=True in another data_dir.",
        )
    with _opening(where, builder.data_dir):
        for batch in _batches(tfds, builder, wanted):
            yield np.stack([batch[key] for key in spec.tfds_labels], axis=1), _sized(spec, batch)


def _batches(tfds, builder, wanted):
    decoders = tfds.decode.PartialDecoding(dict.fromkeys(wanted, True))
    # Each example is read once; a cache would hold the decoded images a second time.
    config = tfds.ReadConfig(try_autocache=False)
    for split in sorted(builder.info.splits):
        data = builder.as_dataset(split=split, decoders=decoders, read_config=config)
        yield from tfds.as_numpy(data.batch(_BATCH))


def _sized(spec, batch):
    images = batch["image"]
    if spec.name == "smallnorb" and images.shape[1:] == (images.shape[1],) * 2 + (1,):
        return shrink_images(images[..., 0], spec.image_shape[0], "bilinear")[..., None]
    return images


def _opening(where, folder):
    return refuse_damaged(
        where,
        folder,
        "data that TensorFlow Datasets has prepared, complete",
        "Delete the folder and prepare it again, or copy it again.",
    )


def _prepared(where, spec, data_dir, tfds):
    """The folder of the newest prepared version."""
    if data_dir is None:
        data_dir = os.environ.get("TFDS_DATA_DIR") or tfds.core.constants.DATA_DIR
    folder = pathlib.Path(data_dir).expanduser() / spec.tfds_name
    versions = [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if _VERSION.fullmatch(path.name) and (path / "dataset_info.json").is_file()
    ]
    if not versions:
        raise error(
            where,
            f"{str(folder)!r}, where no version of {spec.name} is prepared",
            "data that TensorFlow Datasets has prepared",
            "Pass download=True to let it do so, or data_dir if they lie elsewhere.",
        )
    return max(versions, key=lambda path: tuple(int(part) for part in path.name.split(".")))
