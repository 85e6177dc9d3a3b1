"""What TensorFlow Datasets has prepared, read by number; nothing is downloaded or prepared."""

import pathlib

from st_keras.datasets.readers.tfrecord_file import read_record, record_offsets
from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import error

_INFO = "dataset_info.json"


def prepared_folder(where, path, name):
    """Find the folder of a prepared dataset.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path: that folder, or the `data_dir` of TensorFlow Datasets.
        name: str, of the dataset there.

    Returns:
        `pathlib.Path`, of the newest version; None if there is none.

    Raises:
        ValueError: if several configurations are prepared.
    """
    path = pathlib.Path(path)
    if (path / _INFO).is_file():
        return path
    found = [info.parent for info in path.glob(f"{name}/**/{_INFO}")]
    # Versions count by their numbers: 10.0.0 is newer than 9.0.0.
    versions = sorted(found, key=lambda folder: _numbers(folder.name))
    if len({folder.parent for folder in versions}) > 1:
        names = ", ".join(sorted(str(folder) for folder in versions))
        raise error(
            where,
            f"{str(path)!r} with several configurations of {name}",
            "the folder of one of them",
            f"Pass one of {names}.",
        )
    return versions[-1] if versions else None


def _numbers(version):
    return [int(part) if part.isdigit() else -1 for part in version.split(".")]


class TFDSRecords:
    """The examples of a split, each read when it is asked for.

    Args:
        where: str. Who asks; errors begin with it.
        folder: path of a prepared dataset, with its version.
        split: str, "train" or "test".
        names: tuple of str, of features that examples must have. Default: none.

    Attributes:
        features: `tfds.features.FeatureConnector` of the examples.

    Raises:
        ValueError: without TensorFlow Datasets; if the folder is damaged, lacks the split or a
            feature, as that of another dataset, or is of another format than TFRecord.
    """

    def __init__(self, where, folder, split, names=()):
        self.where, self.folder = where, str(folder)
        import tensorflow as tf

        from st_keras.datasets.builders.tfds_module import require_tfds

        tfds = require_tfds(where)
        with refuse_damaged(where, folder, "a prepared dataset of TensorFlow Datasets"):
            info = tfds.builder_from_directory(self.folder).info
        shapes = info.features.shape
        own = list(shapes) if isinstance(shapes, dict) else []
        if not set(names) <= set(own):
            raise error(
                where,
                f"{self.folder!r}, which is {info.name} with {', '.join(own) or 'no names'}",
                f"a prepared dataset whose examples have {' and '.join(names)}",
                "Pass the folder of that dataset, or the data_dir that it lies in.",
            )
        splits, form = list(info.splits), info.file_format
        if split not in splits or form is None or form.value != "tfrecord":
            raise error(
                where,
                f"{self.folder!r} with the splits {', '.join(splits) or 'none'} in the format "
                f"{form.value if form else 'unknown'}",
                f"the split {split!r} as TFRecord files",
                "Prepare it with tfds.load(name, data_dir=...), in the default format.",
            )
        self.features = info.features
        # Traced once: what decodes images operation by operation is slow, and warns of it.
        self._decode = tf.function(
            self.features.deserialize_example, input_signature=[tf.TensorSpec((), tf.string)]
        )
        files = map(str, info.splits[split].filepaths)
        self._places = [(path, at) for path in files for at in record_offsets(where, path)]

    def __len__(self):
        return len(self._places)

    def read(self, n):
        """Read example `n`, a dict of arrays."""
        path, offset = self._places[n]
        record = read_record(self.where, path, offset)
        with refuse_damaged(self.where, path, "examples of the features in features.json"):
            return {name: value.numpy() for name, value in self._decode(record).items()}
