import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets import ActionSequenceDataset, SequenceDataset, published_dataset
from st_keras.training import Forecaster
from tests.datasets.published.files import (
    softmotion_record,
    write_records,
    write_tfds,
)
from tests.refusals import refused
from tests.tiny_actions import tiny_action_network

BAIR = published_dataset("bair")
SHORT = {"context_length": 2, "horizon": 3}


def video(seed, length=8):
    rng = np.random.default_rng(seed)
    main, aux = rng.integers(0, 256, (2, length, 64, 64, 3), "uint8")
    return main, aux, rng.normal(size=(length, 4)).astype("float32")


def refuses(match, path, **told):
    refused(match, BAIR.open, path, **{**SHORT, **told})


@pytest.fixture
def records(tmp_path):
    root = tmp_path / "softmotion30_44k"
    for name, seeds in (("train/a_0_to_1", (0, 1)), ("train/b_2_to_2", (2,)), ("test/c_0", (3,))):
        write_records(root / f"{name}.tfrecords", [softmotion_record(*video(s)) for s in seeds])
    return tmp_path


def test_records_with_actions(records):
    train, test = BAIR.open_parts(records, ("train", "test"), **SHORT)
    assert isinstance(train, ActionSequenceDataset) and train.action_size == 4
    assert train.image_shape == (64, 64, 3) and train.value_range == (0.0, 255.0)
    assert len(train) == 3 * 4 and len(test) == 4
    for seed in range(3):
        _, aux, actions = video(seed)
        for k in range(4):
            window = train.window(4 * seed + k)
            np.testing.assert_array_equal(window["frames"], aux[k : k + 5])
            np.testing.assert_array_equal(window["actions"], actions[k : k + 5])
    main = BAIR.open(records, camera="image_main", actions=False, **SHORT)
    assert type(main) is SequenceDataset
    np.testing.assert_array_equal(main.window(5), video(1)[0][1:6])
    _, validation = BAIR.open_parts(records, held_out=0.3, **SHORT)
    np.testing.assert_array_equal(validation.window(0)["actions"], video(2)[2][:5])


def test_fit_and_forecast_with_actions(records):
    """An action-conditioned network learns from the dataset as it is, under `fit`."""
    train = BAIR.open(records, **SHORT)
    network = tiny_action_network(action_size=4, filters=(2,), patch_size=8)
    model = Forecaster(network, context_length=2)
    model.compile("adam")
    batches = train.as_dataset(4, shuffle=True, repeat=True)
    fitted = model.fit(batches, steps_per_epoch=2, shuffle=False, verbose=0)
    assert np.isfinite(fitted.history["loss"][0])
    window = train.window(0)
    forecast = model.forecast(
        window["frames"][None, :2], horizon=3, actions=window["actions"][None, :4]
    )
    assert forecast.shape == (1, 3, 64, 64, 3) and np.isfinite(forecast).all()


def test_prepared_by_tensorflow_datasets(tmp_path, tfds):
    step = {
        "image_main": tfds.features.Image(shape=(64, 64, 3)),
        "image_aux1": tfds.features.Image(shape=(64, 64, 3)),
        "action": tfds.features.Tensor(shape=(4,), dtype=np.float32),
        "endeffector_pos": tfds.features.Tensor(shape=(3,), dtype=np.float32),
    }
    examples = []
    for seed in range(2):
        main, aux, actions = video(seed, 30)
        example = {"image_main": main, "image_aux1": aux, "action": actions}
        examples.append({**example, "endeffector_pos": np.zeros((30, 3), "float32")})
    features = tfds.features.Sequence(step, length=30)
    write_tfds(tmp_path, "bair_robot_pushing_small", features, examples, version="2.0.0")
    train = BAIR.open(tmp_path)
    assert len(train) == 2 and train.window(0)["frames"].shape == (30, 64, 64, 3)
    batch = next(iter(train.as_dataset(2)))
    np.testing.assert_array_equal(batch["frames"][1], video(1, 30)[1])
    np.testing.assert_array_equal(batch["actions"][1], video(1, 30)[2])
    refuses(
        "with the splits train in the format tfrecord.*the split 'test'", tmp_path, split="test"
    )


def test_other_records(records):
    path = records / "softmotion30_44k/train/b_2_to_2.tfrecords"
    content = path.read_bytes()
    path.write_bytes(content[:-9])
    refuses("whose record 0 would end at byte", records)
    path.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    train = BAIR.open(records, **SHORT)
    refused("b_2_to_2.tfrecords', which does not open .DataLossError", train.window, 8)
    main, aux, actions = video(2)
    write_records(path, [softmotion_record(main, aux[:, :32, :32], actions)])
    train = BAIR.open(records, **SHORT)
    refused("with 0/image_aux1/encoded of 3072 bytes", train.window, 8)
    write_records(path, [softmotion_record(main, aux, actions[:6])])
    refused("with 6/image_aux1/encoded of 0 bytes", BAIR.open(records, **SHORT).window, 10)
    other = tf.train.Example(features=tf.train.Features(feature={})).SerializeToString()
    write_records(records / "softmotion30_44k/train/a_0_to_1.tfrecords", [other])
    refuses("a record with actions of 0 steps", records)
    refuses(
        "without a folder test of files .tfrecords",
        records / "softmotion30_44k/train",
        split="test",
    )
    refuses("camera='left'", records, camera="left")
