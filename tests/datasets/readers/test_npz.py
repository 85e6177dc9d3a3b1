import numpy as np
import pytest

from st_keras.datasets import detect_digit_file, load_array_file
from st_keras.datasets.readers.npz import read_npz
from tests.datasets.test_array_file import FRAMES, refuses
from tests.files.damage import encrypted, npz_bomb
from tests.refusals import refused


def test_npz_with_one_array_needs_no_key(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", rain=FRAMES)
    np.testing.assert_array_equal(load_array_file(str(tmp_path / "a.npz")), FRAMES)


def test_npz_key_picks_an_array(tmp_path):
    np.savez(tmp_path / "a.npz", rain=FRAMES, hours=np.arange(5))
    assert load_array_file(f"{tmp_path}/a.npz:hours").tolist() == [0, 1, 2, 3, 4]
    refuses(tmp_path / "a.npz", r"2 arrays \(rain, hours\).*exactly one.*a\.npz:rain")
    refuses(f"{tmp_path}/a.npz:snow", "'snow'.*one of rain, hours")
    refuses(f"{tmp_path}/a.npz:", "array name ''")


def test_read_npz_reads_only_what_is_asked(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.arange(2), b=np.array([{}], dtype=object))
    content = read_npz("test", tmp_path / "a.npz", ["a", "absent"])
    assert content["b"] is None and content["a"].tolist() == [0, 1] and len(content) == 2
    refused(r"^test: .*pickled", read_npz, "test", tmp_path / "a.npz")


def test_what_expands_too_far_is_not_unpacked(tmp_path):
    path = npz_bomb(tmp_path / "a.npz")
    refuses(path, r"a\.npz', which would unpack to 300\.0 MB, .*pass it uncompressed")
    assert not detect_digit_file(path)


def test_an_encrypted_archive_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=FRAMES)
    (tmp_path / "a.npz").write_bytes(encrypted((tmp_path / "a.npz").read_bytes()))
    refuses(tmp_path / "a.npz", "does not open .RuntimeError: .*encrypted")


@pytest.mark.needs_data
def test_radar_that_is_mostly_dry_is_read(data_file):
    """It expands 33 times, to 100 MB: more than any file may, were it not for what it has."""
    path = data_file("radar_knmi_20100826_5min.npz")
    assert load_array_file(f"{path}:precip_hundredths_mm").nbytes > 90_000_000
