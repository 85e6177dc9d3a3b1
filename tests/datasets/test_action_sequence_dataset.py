import numpy as np
import pytest

from st_keras.datasets import ActionSequenceDataset, Frames, ImportanceSampling
from tests.refusals import refused

RNG = np.random.default_rng(0)
VIDEOS, ACTIONS = RNG.random((5, 9, 4, 6, 3)), RNG.normal(size=(5, 9, 2))


def make(**changes):
    frames = Frames(**{"values": VIDEOS, "axes": "NTHWC", "actions": ACTIONS, **changes})
    return ActionSequenceDataset.from_frames(frames, 2, 3)


def test_windows_have_their_actions():
    dataset = make()
    assert dataset.action_size == 2 and len(dataset) == 25
    window = dataset.window(7)
    np.testing.assert_array_equal(window["frames"], VIDEOS[1, 2:7].astype("float32"))
    np.testing.assert_array_equal(window["actions"], ACTIONS[1, 2:7].astype("float32"))
    batches = list(dataset.as_dataset(10, shuffle=True, seed=3))
    assert [len(batch["frames"]) for batch in batches] == [10, 10, 5]
    frames = np.concatenate([batch["frames"] for batch in batches])
    actions = np.concatenate([batch["actions"] for batch in batches])
    windows = {dataset.window(i)["frames"].tobytes(): i for i in range(25)}
    order = [windows[each.tobytes()] for each in frames]
    assert sorted(order) == list(range(25)) and order != sorted(order)
    for i, action in zip(order, actions, strict=True):
        np.testing.assert_array_equal(action, dataset.window(i)["actions"])


def test_parts_and_endless_batches():
    train, _, test = make().split(validation=0.2, test=0.2)
    assert isinstance(test, ActionSequenceDataset) and test.name == "test"
    np.testing.assert_array_equal(test.window(0)["actions"], ACTIONS[4, :5].astype("float32"))
    whole = train.as_dataset(4, shuffle=True, repeat=True, num_parallel_reads=2)
    half = train.as_dataset(4, shuffle=True, repeat=True, first_batch=1, shard=(1, 2))
    batches = [batch["actions"].numpy() for batch in whole.take(3)]
    np.testing.assert_array_equal(next(iter(half))["actions"], batches[1][2:])
    assert whole.element_spec["actions"].shape == (4, 5, 2)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"actions": None}, "frames without actions"),
        ({"actions": ACTIONS[:, :8]}, r"actions of shape \(5, 8, 2\) with sequences .*\(5, 9\)"),
        ({"actions": ACTIONS[..., 0]}, r"actions of shape \(5, 9\)"),
        ({"times": np.arange(9).astype("M8[m]")}, "that have times"),
    ],
)
def test_refusals(changes, match):
    refused(match, make, **changes)


def test_importance_is_of_rain():
    refused(
        "importance with actions", make().as_dataset, 2, importance=ImportanceSampling(level=1.0)
    )
