import numpy as np
import pytest

from st_keras.datasets import published_dataset
from tests.datasets.published.files import write_tfds
from tests.refusals import refused

ROBONET = published_dataset("robonet")


def example(seed, length=31):
    rng = np.random.default_rng(seed)
    return {
        "video": rng.integers(0, 256, (length, 8, 8, 3), "uint8"),
        "actions": rng.normal(size=(length - 1, 5)).astype("float32"),
        "states": np.zeros((length, 5), "float32"),
        "filename": np.array(f"{seed}.hdf5".encode()),
    }


def features(tfds):
    numbers = tfds.features.Tensor(shape=(None, 5), dtype=np.float32)
    video = tfds.features.Video((None, 8, 8, 3), encoding_format="png")
    return tfds.features.FeaturesDict(
        {
            "video": video,
            "actions": numbers,
            "states": numbers,
            "filename": tfds.features.Text(),
        }
    )


def test_videos_with_actions(tmp_path, tfds):
    examples = [example(seed) for seed in range(3)]
    write_tfds(tmp_path, "robonet", features(tfds), examples, version="4.0.1")
    train, test = ROBONET.open_parts(tmp_path, ("train", "test"))
    assert train.action_size == 5 and len(train) == 2 * 20 and len(test) == 20
    np.testing.assert_array_equal(test.window(19)["frames"], examples[2]["video"][19:])
    actions = test.window(19)["actions"]
    np.testing.assert_array_equal(actions[:11], examples[2]["actions"][19:])
    np.testing.assert_array_equal(actions[11], actions[10])  # after the last frame there is none
    batch = next(iter(train.as_dataset(5, shuffle=True)))
    assert batch["frames"].shape == (5, 12, 8, 8, 3) and batch["actions"].shape == (5, 12, 5)
    text = "video 0 of 31 frames and 30 actions.*frames_per_video=31"
    refused(text, ROBONET.open, tmp_path, frames_per_video=40)


def test_several_configurations(tmp_path, tfds):
    for name in ("robonet_64", "robonet_sample_64"):
        write_tfds(tmp_path / "robonet", name, features(tfds), [example(0)], version="4.0.1")
    refused("several configurations of robonet", ROBONET.open, tmp_path)
    folder = tmp_path / "robonet" / "robonet_64" / "4.0.1"
    assert len(ROBONET.open(folder, split="test")) == 20
    (folder / "features.json").write_text("{")
    refused("4.0.1', which does not open", ROBONET.open, folder)


def test_nothing_is_prepared(tmp_path, tfds):
    refused("without a prepared robonet.*which downloads it", ROBONET.open, tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="frames_per_video=1"):
        ROBONET.open(tmp_path, frames_per_video=1)
