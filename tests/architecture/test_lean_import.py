"""Importing `st_keras` beside Keras loads only what it needs; the rest comes when it is used."""

import json

from tests.fresh_process import run_python

IMPORT = """
import json, sys, warnings
import keras, tensorflow
before = set(sys.modules)
import st_keras
import st_keras.datasets.builders, st_keras.datasets.pairs.load_grid, st_keras.distributions
import st_keras.integrations.pysteps, st_keras.integrations.xarray
added = sorted(set(sys.modules) - before)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    st_keras.distributions.standard_normal(3)
needed = sorted({"tensorflow_probability", "tf_keras"} & set(sys.modules))
print(json.dumps([added, needed, [str(warning.message) for warning in caught]]))
"""
NOT_NEEDED = {
    *("sklearn", "matplotlib", "scipy", "PIL", "grpc", "keras_tuner"),
    *("tensorflow_datasets", "tensorflow_probability", "tf_keras"),
    *("pysteps", "xarray", "zarr", "h5netcdf", "dask", "fsspec", "cfgrib"),
}


def test_import_is_lean_and_what_is_needed_later_comes_quietly():
    added, needed, warned = json.loads(run_python(IMPORT).splitlines()[-1])
    assert "st_keras.models.slowvae.slowvae" in added
    assert {module.split(".")[0] for module in added} & NOT_NEEDED == set()
    assert needed == ["tensorflow_probability", "tf_keras"]
    assert warned == []
