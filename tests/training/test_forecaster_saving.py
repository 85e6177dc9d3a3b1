"""A Forecaster in a file: opened elsewhere, trained on, exported by Keras' own exporter."""

import contextlib
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.layers import FrameNormalization
from st_keras.training import ReverseScheduledSampling
from tests.fresh_process import run_python
from tests.tiny import random_frames, tiny_forecaster, tiny_network
from tests.tiny_actions import random_actions, tiny_action_network
from tests.uncompiled import uncompiled

FRAMES = random_frames(4, 6, 4, 8, 2)
ACTIONS = random_actions(4, 6)


def build_model(compiled=False, network=None):
    model = tiny_forecaster(
        network or tiny_network(filters=(2,)),
        sampling=ReverseScheduledSampling.over(16),
        decoupling_weight=0.1,
        reverse_input=True,
        normalization=FrameNormalization([0.5, 0.0], [1.0, 2.0]),
        seed=11,
    )
    if compiled:
        model.compile(optimizer=keras.optimizers.Adam(1e-2), metrics=["mae"])
    model.build((None, None, 4, 8, 2))
    return model


CONTINUE = """
import json, sys
import keras, numpy as np
import st_keras

folder = sys.argv[1]
data = dict(np.load(folder + "/data.npz"))
actions = data["actions"][:, :5] if "actions" in data else None
forecast = lambda: model.forecast(data["frames"][:, :2], 4, actions=actions)
model = keras.models.load_model(folder + "/m.keras")
before = forecast()
iterations = int(model.optimizer.iterations)
given = data if "actions" in data else data["frames"]
history = model.fit(given, batch_size=2, epochs=1, shuffle=False, verbose=0).history
scores = model.evaluate(given, verbose=0, return_dict=True)
np.savez(folder + "/there.npz", before=before, after=forecast())
print(json.dumps({"iterations": iterations, "loss": history["loss"][0], "scores": scores}))
"""


@pytest.mark.parametrize("told", [False, pytest.param(True, marks=pytest.mark.long)])
def test_fresh_process_forecasts_the_same_and_continues_training_exactly(told, tmp_path):
    model = build_model(compiled=True, network=tiny_action_network() if told else None)
    data = {"frames": FRAMES, "actions": ACTIONS} if told else FRAMES
    actions = ACTIONS[:, :5] if told else None
    model.fit(data, batch_size=2, epochs=2, shuffle=False, verbose=0)
    np.savez(tmp_path / "data.npz", **(data if told else {"frames": FRAMES}))
    model.save(tmp_path / "m.keras")
    before = model.forecast(FRAMES[:, :2], 4, actions=actions)
    there = json.loads(run_python(CONTINUE, tmp_path).splitlines()[-1])
    arrays = np.load(tmp_path / "there.npz")
    np.testing.assert_allclose(arrays["before"], before, atol=1e-6)
    assert there["iterations"] == int(model.optimizer.iterations) == 8

    history = model.fit(data, batch_size=2, epochs=1, shuffle=False, verbose=0).history
    after = model.forecast(FRAMES[:, :2], 4, actions=actions)
    error = np.abs(arrays["after"] - after).max()
    print(f"after one more epoch: within {error:.1e}, moved by {np.abs(after - before).max():.1e}")
    assert error < 1e-5 < np.abs(after - before).max()
    assert there["loss"] == pytest.approx(history["loss"][0], rel=1e-5)
    scores = model.evaluate(data, verbose=0, return_dict=True)
    assert there["scores"] == pytest.approx(scores, rel=1e-4)


@uncompiled
@pytest.mark.parametrize("compiled", [False, True])
def test_saved_before_any_training(tmp_path, compiled):
    model = build_model(compiled)
    model.save(tmp_path / "m.keras")
    # Keras says so of any compiled model without a training step.
    message = "Skipping variable loading for optimizer"
    with pytest.warns(UserWarning, match=message) if compiled else contextlib.nullcontext():
        again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(
        again.forecast(FRAMES[:, :2], 3), model.forecast(FRAMES[:, :2], 3), atol=1e-6
    )
    if compiled:
        again.fit(FRAMES, verbose=0, validation_data=FRAMES)
        assert int(again.optimizer.iterations) == 2  # reverse_input


def test_weights_alone(tmp_path):
    model, other = (
        build_model(),
        tiny_forecaster(
            tiny_network(filters=(2,)), normalization=FrameNormalization([0.5, 0], [1, 2])
        ),
    )
    model.save_weights(tmp_path / "m.weights.h5")
    other.build((None, None, 4, 8, 2))
    other.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_allclose(
        other.forecast(FRAMES[:, :2], 3), model.forecast(FRAMES[:, :2], 3), atol=1e-6
    )


def test_keras_own_export_serves_any_size(tmp_path):
    model = build_model()
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    for frames in (FRAMES, random_frames(3, 9, 4, 8, 2), random_frames(1, 5, 8, 4, 2)):
        np.testing.assert_allclose(served.serve(frames), model(frames), atol=1e-5)


def test_keras_own_export_with_layer_norm_serves_the_size_of_the_model(tmp_path):
    model = tiny_forecaster(tiny_network(filters=(2,), layer_norm=True))
    model.build((None, None, 4, 8, 2))
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(served.serve(FRAMES), model(FRAMES), atol=1e-5)
    with pytest.raises((ValueError, TypeError)):
        served.serve(random_frames(2, 5, 8, 4, 2))


def test_layer_norm_still_ties_a_loaded_model_to_its_size(tmp_path):
    model = tiny_forecaster(tiny_network(filters=(2,), layer_norm=True))
    model.build((None, None, 4, 8, 2))
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert again.network.fixed_image_size == (4, 8)
    with pytest.raises(ValueError, match=r"\(8, 4\) with layer_norm=True. Required: \(4, 8\)"):
        again.forecast(random_frames(2, 2, 8, 4, 2), 1)


def test_the_resolved_weight_is_saved(tmp_path):
    model = tiny_forecaster()
    model.build((None, None, 4, 8, 2))
    model.save(tmp_path / "m.keras")
    assert keras.models.load_model(tmp_path / "m.keras").decoupling_weight == 0.1


def test_clone_has_the_same_arguments_and_fresh_weights():
    model = build_model()
    clone = type(model).from_config(model.get_config())
    assert clone.get_config() == model.get_config()
    clone.build((None, None, 4, 8, 2))
    assert [w.shape for w in clone.weights] == [w.shape for w in model.weights]
