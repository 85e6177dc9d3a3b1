import types
import zipfile

import numcodecs
import pytest

from st_keras.datasets.readers.zarr_store import check_codecs, stored_keys
from tests.refusals import refused


def array(**metadata):
    return types.SimpleNamespace(path="day/rain", metadata=types.SimpleNamespace(**metadata))


def test_what_is_stored_here_and_in_a_zip_archive(tmp_path):
    names = ["zarr.json", "rain/zarr.json", "rain/c/0/0", "rainy/c/0/0"]
    with zipfile.ZipFile(tmp_path / "a.zarr.zip", "w") as archive:
        for name in names:
            path = tmp_path / "a.zarr" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            archive.writestr(name, "")
    for path in (tmp_path / "a.zarr", f"file://{tmp_path}/a.zarr", tmp_path / "a.zarr.zip"):
        assert stored_keys("test", path, "rain") == {"zarr.json", "c/0/0"}
        assert stored_keys("test", path, "") == set(names)
        assert stored_keys("test", path, "snow") == set()


@pytest.mark.parametrize("how", ["filters", "compressor", "codecs"])
def test_pickled_arrays(how):
    """Of versions of zarr that open them: the newest does not."""
    blosc, pickled = numcodecs.Blosc(), numcodecs.Pickle()
    if how == "codecs":
        described = {"codecs": [{"name": "bytes"}, {"name": "numcodecs.pickle"}]}
        one = array(zarr_format=3, to_dict=lambda: described)
    else:
        codecs = {"filters": None, "compressor": blosc} | {
            how: [pickled] if how == "filters" else pickled
        }
        one = array(zarr_format=2, **codecs)
    text = "^test: received 'a.zarr' whose array 'day/rain' is pickled.*Nothing was read"
    refused(text, check_codecs, "test", "a.zarr", one)
    check_codecs("test", "a.zarr", array(zarr_format=2, filters=None, compressor=blosc))
