"""`.keras` files of all layers, cells and models, opened where nothing but st_keras is imported."""

import keras
import numpy as np
import pytest

from tests.conformance.registry import LAYERS, METRICS, as_model, example
from tests.fresh_process import run_python
from tests.tiny import random_frames

OPEN_ALL = """
import pathlib, sys
import keras, numpy as np
import st_keras

folder = pathlib.Path(sys.argv[1])
outputs = {}
for path in sorted(folder.glob("*.keras")):
    model = keras.models.load_model(path)
    with np.load(folder / f"{path.stem}.npz") as inputs:
        outputs[path.stem] = model([inputs[name] for name in inputs.files])
np.savez(folder / "outputs.npz", **outputs)
"""


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory):
    """`{name: (outputs here, outputs there)}` from one process for all."""
    folder, here = tmp_path_factory.mktemp("keras_files"), {}
    for cls in LAYERS:
        model = as_model(cls, channels=2)
        for k, weight in enumerate(model.trainable_weights):
            weight.assign(np.random.default_rng(k).normal(size=weight.shape) * 0.3)
        inputs = example(cls, channels=2)
        model.save(folder / f"{cls.__name__}.keras")
        np.savez(folder / f"{cls.__name__}.npz", *inputs)
        here[cls.__name__] = model(inputs).numpy()
    run_python(OPEN_ALL, folder)
    with np.load(folder / "outputs.npz") as there:
        return {name: (here[name], there[name]) for name in here}


@pytest.mark.parametrize("cls", LAYERS)
def test_loads_elsewhere_and_gives_the_same_numbers(cls, round_trip):
    here, there = round_trip[cls.__name__]
    assert np.abs(here).max() > 1e-3
    np.testing.assert_allclose(there, here, atol=1e-6)


@pytest.mark.parametrize("cls", METRICS)
def test_metrics_survive_with_their_arguments(cls):
    truth = random_frames(2, 3, 12, 12, 1) * 255
    forecast = random_frames(2, 3, 12, 12, 1, seed=1) * 255
    metric = METRICS[cls].make()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    for each in (metric, again):
        each.update_state(truth, forecast)
    assert np.isfinite(metric.result())
    np.testing.assert_array_equal(metric.result(), again.result())
    np.testing.assert_array_equal(metric.per_lead_time(), again.per_lead_time())
