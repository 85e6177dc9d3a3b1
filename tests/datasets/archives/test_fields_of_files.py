"""The field of a file as one of each of its frames."""

import numpy as np
import pytest

from st_keras.datasets.archives.fields_of_files import FieldsOfFiles
from tests.datasets.lazy_sources import Lazy

FIELDS = np.random.default_rng(0).random((3, 4, 5))
FILES = np.array([0, 0, 1, 2, 2])


@pytest.mark.parametrize(
    "index",
    [slice(1, 4), slice(None), slice(2, 2), 3, -1, (slice(1, 5), 2, slice(0, 3)), (2, slice(1, 3))],
)
def test_is_indexed_as_the_whole(index):
    np.testing.assert_array_equal(FieldsOfFiles(FIELDS, FILES)[index], FIELDS[FILES][index])


def test_reads_one_field_at_a_time():
    source = Lazy(FIELDS)
    FieldsOfFiles(source, FILES)[:]
    assert source.largest == 4 * 5
