"""TFRecord files, whose records are read by number: where each begins, and one of them."""

import pathlib

from st_keras.datasets.readers.refusals import check_filled_file
from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import error

# A record is its length (uint64), a checksum of that, the bytes, and a checksum of them.
_LENGTH, _CHECKSUM = 8, 4
_REQUIRED = "a whole, uncompressed TFRecord file"


def record_offsets(where, path):
    """Find where each record of a file begins; none is read.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path.

    Returns:
        list of ints.

    Raises:
        ValueError: if the file is missing, empty, truncated, or no such file.

    Example:

    >>> import tensorflow as tf
    >>> with tf.io.TFRecordWriter("a.tfrecords") as writer:
    ...     writer.write(b"first")
    ...     writer.write(b"second")
    >>> record_offsets("doc", "a.tfrecords")
    [0, 21]
    """
    check_filled_file(where, path)
    size, at, found = pathlib.Path(path).stat().st_size, 0, []
    with open(path, "rb") as file:
        while at < size:
            file.seek(at)
            length = int.from_bytes(file.read(_LENGTH), "little")
            end = at + _LENGTH + _CHECKSUM + length + _CHECKSUM
            if end > size:
                raise error(
                    where,
                    f"{str(path)!r} of {size} bytes, whose record {len(found)} would end at byte "
                    f"{end}",
                    _REQUIRED,
                    "Copy or download it again.",
                )
            found.append(at)
            at = end
    return found


def read_record(where, path, offset):
    """Read a record; its checksums are compared.

    Args:
        where, path: as of `record_offsets`.
        offset: int, where it begins.

    Returns:
        bytes.

    Raises:
        ValueError: if it is damaged.
    """
    # Help lists readers, and needs no Keras.
    from st_keras.private_api import tfrecord_reader

    with refuse_damaged(where, path, _REQUIRED):
        return tfrecord_reader(path).read(offset)[0]
