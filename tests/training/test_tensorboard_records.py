"""The event files are read back with TensorBoard's own reader."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.plots.sequence_images import HATCH
from st_keras.training import ScheduledSampling, TensorBoardRecords
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster


def records(folder):
    """{tag: {batch: value}} of all events in a folder; pictures as arrays."""
    found = {}
    for path in sorted(folder.glob("events*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                array = tf.make_ndarray(value.tensor)
                if array.dtype == object:
                    array = tf.io.decode_image(array[2]).numpy()
                found.setdefault(value.tag, {})[event.step] = array
    return found


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    keras.utils.set_random_seed(0)
    model = tiny_forecaster(ScalarNetwork(), sampling=ScheduledSampling.over(8))
    inner = keras.optimizers.SGD(0.125)
    model.compile(keras.optimizers.LossScaleOptimizer(inner, initial_scale=4.0))
    frames = random_frames(8, 5, 16, 16, 1)
    callback = TensorBoardRecords(folder, sequences=frames[:2], every=2)
    fit = {"batch_size": 2, "epochs": 2, "shuffle": False, "verbose": 0}
    history = model.fit(frames, validation_data=frames, callbacks=[callback], **fit).history
    return records(folder), history, model, frames


def test_scalars_of_batches(fitted):
    found, _, model, _ = fitted
    for name in ("loss", "gradient_norm", "learning_rate", "loss_scale", "sampling/context"):
        assert sorted(found[name]) == [2, 4, 6, 8]
    assert set(map(float, found["learning_rate"].values())) == {0.125}
    assert set(map(float, found["loss_scale"].values())) == {4.0}
    assert found["gradient_norm"][8] > 0
    for step, p in found["sampling/forecast"].items():
        np.testing.assert_allclose(p, model.sampling.horizon(step))
    assert found["sampling/forecast"][8] < found["sampling/forecast"][2]


def test_several_steps_per_execution(tmp_path):
    """42 batches, three a call: a record at the end of each call in which a fifth one went by."""
    model = tiny_forecaster(ScalarNetwork())
    model.compile("sgd", steps_per_execution=3)
    data = tf.data.Dataset.from_tensors(random_frames(2, 4, 2, 2, 1)).repeat()
    callback = TensorBoardRecords(tmp_path, every=5)
    fit = {"steps_per_epoch": 21, "epochs": 2, "shuffle": False, "verbose": 0}
    model.fit(data, **fit, callbacks=[callback])
    assert sorted(records(tmp_path)["loss"]) == [6, 12, 15, 21, 27, 30, 36, 42]


def test_logs_of_epochs(fitted):
    found, history, _, _ = fitted
    assert "val_loss" in history
    for name, values in history.items():
        written = found[f"epoch/{name}"]
        assert sorted(written) == [4, 8]
        np.testing.assert_allclose([written[4], written[8]], values, rtol=1e-6)


def test_forecasts(fitted):
    found, _, model, frames = fitted
    forecast = model.forecast(frames[:2, :2], 3)
    error = np.square(forecast - frames[:2, 2:]).mean()
    reference = np.square(frames[:2, 1:2] - frames[:2, 2:]).mean()
    np.testing.assert_allclose(
        found["skill against persistence"][8], 1 - error / reference, rtol=1e-5
    )
    for k in range(2):
        picture = found[f"forecast/{k}"][8]
        assert picture.shape[0] > 3 * 16 and picture.shape[1] > 5 * 16
        assert picture.std() > 10


def test_of_several_workers_the_first_one_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("st_keras.training.tensorboard_records.worker_index", lambda: 1)
    model = tiny_forecaster(ScalarNetwork())
    model.compile("sgd")
    model.fit(
        random_frames(2, 5, 2, 2, 1), verbose=0, callbacks=[TensorBoardRecords(tmp_path / "new")]
    )
    assert not (tmp_path / "new").exists()


def test_refusals(tmp_path, monkeypatch):
    model = tiny_forecaster(ScalarNetwork())
    for shape in ((2, 2, 4, 4, 1), (3, 4, 4, 1)):
        callback = TensorBoardRecords(tmp_path, sequences=np.zeros(shape))
        with pytest.raises(ValueError, match=r"received sequences of shape .* with context_length"):
            callback.set_model(model)
    with pytest.raises(ValueError, match="every=0"):
        TensorBoardRecords(tmp_path, every=0)
    monkeypatch.delattr(tf.summary, "scalar")
    with pytest.raises(ValueError, match=r"an installation without TensorBoard\. Required: the pa"):
        TensorBoardRecords(tmp_path)


def test_missing_values_are_left_out_of_the_skill_and_drawn(tmp_path):
    model = tiny_forecaster(ScalarNetwork())
    model.compile("sgd")
    frames = random_frames(2, 5, 16, 16, 1)
    holed = frames.copy()
    holed[:, model.context_length :, :5] = np.nan
    callback = TensorBoardRecords(tmp_path, sequences=holed)
    model.fit(frames, batch_size=2, callbacks=[callback], verbose=0)
    found = records(tmp_path)
    context, truth = np.split(frames, [model.context_length], axis=1)
    squares = [
        np.square(f - truth)[:, :, 5:].mean()
        for f in (model.forecast(context, truth.shape[1]), context[:, -1:])
    ]
    told = found["skill against persistence"][1]
    np.testing.assert_allclose(told, 1 - squares[0] / squares[1], rtol=1e-4)
    hatched = (found["forecast/0"][1][..., None, :] == np.uint8(HATCH)).all(-1)
    assert hatched.sum() > 100


def test_no_skill_where_nothing_moves(tmp_path):
    model = tiny_forecaster(ScalarNetwork())
    model.compile("sgd")
    frames = np.repeat(random_frames(2, 1, 16, 16, 1), 5, axis=1)
    model.fit(frames, verbose=0, callbacks=[TensorBoardRecords(tmp_path, sequences=frames)])
    found = records(tmp_path)
    assert found["forecast/0"] and "skill against persistence" not in found
