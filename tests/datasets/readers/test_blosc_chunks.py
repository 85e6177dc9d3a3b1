import pathlib
import pickle

import numcodecs
import numpy as np
import pytest
import zarr

from st_keras.datasets.readers.blosc_chunks import checked

VALUES = np.arange(24, dtype="float32").reshape(4, 6)


def write(path, zarr_format, **options):
    blosc = {2: numcodecs.Blosc(), 3: zarr.codecs.BloscCodec()}
    options = {"compressors": blosc[zarr_format], **options}
    zarr.create_array(path, data=VALUES, chunks=(1, 6), zarr_format=zarr_format, **options)
    store = zarr.storage.LocalStore(path, read_only=True)
    return store, zarr.open_array(store, mode="r")


@pytest.mark.parametrize("zarr_format, key", [(2, "2.0"), (3, "c/2/0")])
def test_a_chunk_that_was_cut_off_is_refused(tmp_path, zarr_format, key):
    plain, array = write(str(tmp_path), zarr_format)
    store = checked(plain, [array])
    assert store is not plain
    for each in (store, pickle.loads(pickle.dumps(store))):
        np.testing.assert_array_equal(zarr.open_array(each, mode="r")[:], VALUES)
    chunk = pathlib.Path(tmp_path, key)
    whole = chunk.read_bytes()
    for size in (0, 10, 15, len(whole) - 1):
        chunk.write_bytes(whole[:size])
        array = zarr.open_array(pickle.loads(pickle.dumps(store)), mode="r")
        np.testing.assert_array_equal(array[:2], VALUES[:2])
        with pytest.raises(ValueError, match=f"chunk {key} has {size} bytes of"):
            array[2]


@pytest.mark.parametrize(
    "options", [{"compressors": None}, {"compressors": zarr.codecs.ZstdCodec()}]
)
def test_stores_without_it_stay_as_they_are(tmp_path, options):
    plain, array = write(str(tmp_path), 3, **options)
    assert checked(plain, [array]) is plain
