import pytest
import tensorflow as tf

from st_keras.datasets.readers.tfrecord_file import read_record, record_offsets
from tests.refusals import refused

RECORDS = [b"first", b"", b"x" * 1000, b"last"]


@pytest.fixture
def path(tmp_path):
    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecords")) as writer:
        for record in RECORDS:
            writer.write(record)
    return tmp_path / "a.tfrecords"


def test_records_by_number(path):
    offsets = record_offsets("doc", path)
    assert [read_record("doc", path, at) for at in reversed(offsets)] == RECORDS[::-1]


def test_truncated(path):
    content = path.read_bytes()
    for size in (len(content) - 1, len(content) - 7, 1020, 25, 3):
        path.write_bytes(content[:size])
        refused(rf"^doc: .*a.tfrecords' of {size} bytes, whose record", record_offsets, "doc", path)
    path.write_bytes(b"")
    refused("empty", record_offsets, "doc", path)
    path.write_bytes(b"\x89HDF" * 20)
    refused("whose record 0 would end at", record_offsets, "doc", path)


def test_a_bit_that_is_another(path):
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    offsets = record_offsets("doc", path)
    refused("does not open .DataLossError", read_record, "doc", path, offsets[2])
    assert read_record("doc", path, offsets[3]) == b"last"
