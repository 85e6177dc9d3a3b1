import tracemalloc
import zipfile

import pytest

from st_keras.files.unpacked_size import ExpansionError
from st_keras.files.zip_members import check_members, check_zip
from tests.files.damage import npz_bomb


def member(unpacked, packed):
    info = zipfile.ZipInfo("a")
    info.file_size, info.compress_size = unpacked, packed
    return info


def test_members_count_together():
    check_members([member(30_000_000, 1000)], 2000)
    with pytest.raises(ExpansionError):
        check_members([member(30_000_000, 1000)] * 2, 2000)


def test_the_size_on_disk_counts_not_what_the_directory_says():
    check_members([member(10**9, 10**9)], 10**9)
    with pytest.raises(ExpansionError):
        check_members([member(10**9, 10**9)], 1000)
    with pytest.raises(ExpansionError):  # all say that they lie in the same bytes
        check_members([member(10**9, 10**7)] * 99, 10**7)


def test_an_archive_is_not_unpacked_to_know(tmp_path):
    path = npz_bomb(tmp_path / "a.npz", 100_000_000)
    tracemalloc.start()
    with pytest.raises(ExpansionError, match=r"100\.0 MB, packed into 0\.1 MB"):
        check_zip(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
