"""The states of a run, of one process and of several."""

import pytest
import tensorflow as tf

from st_keras.training.resume import run_states
from st_keras.training.resume.run_states import RunStates
from st_keras.training.resume.state_folder import StateFolder

ONE = tf.distribute.get_strategy()


def state(position, step=0):
    return {"position": position, "step": step}


def test_one_process(tmp_path):
    states = RunStates(tmp_path / "states", 2, {"seed": 1})
    assert states.newest(ONE) == (None, True)
    for position in (1, 2, 3):
        states.write(state(position), ONE)
    assert states.newest(ONE) == ({**state(3), "fingerprint": {"seed": 1}}, True)
    assert sorted(states.root.files()) == [2, 3]
    with pytest.raises(ValueError, match="seed: 1 in the state, 2 now"):
        RunStates(tmp_path / "states", 2, {"seed": 2}).newest(ONE)
    states.remove(ONE)
    assert not (tmp_path / "states").exists()


@pytest.fixture
def one_of_two(tmp_path, monkeypatch):
    """States of worker 1 of two; the other has those in the list `others`."""
    others = []
    monkeypatch.setattr(run_states, "spans_processes", lambda strategy: True)
    monkeypatch.setattr(run_states, "worker_folder", lambda folder, strategy: folder / "worker-1")
    monkeypatch.setattr(
        run_states,
        "all_worker_folders",
        lambda folder, strategy: {folder / "worker-0", folder / "worker-1"},
    )
    monkeypatch.setattr(
        run_states,
        "newest_of_all",
        lambda keys, strategy, most: run_states_common([set(keys), set(others)]),
    )
    return RunStates(tmp_path / "states", 1, None), others


def run_states_common(rows):
    from st_keras.training.resume.workers import common_newest

    return common_newest(rows)


def test_several_processes_agree(one_of_two, tmp_path):
    states, others = one_of_two
    assert states.newest(ONE) == (None, True)
    for position in (10, 20, 30):
        states.write(state(position, step=1), ONE)
    folder = tmp_path / "states" / "worker-1"
    # Two, where one would do for a process alone: the other may have been killed before its third.
    assert [path.name for path in sorted(folder.iterdir())] == [
        "state-000000000020.npz",
        "state-000000000030.npz",
    ]
    others[:] = [20, 40]
    found, same = states.newest(ONE)
    assert (found["position"], same) == (20, False)
    assert [path.name for path in folder.iterdir()] == ["state-000000000020.npz"]
    others[:] = [40]
    assert states.newest(ONE)[1] is True
    states.remove(ONE)
    assert not (tmp_path / "states").exists()


def test_the_end_of_an_epoch_is_not_its_last_batch(one_of_two):
    states, others = one_of_two
    states.write(state(10, step=5), ONE)
    states.write(state(15, step=0), ONE)
    others[:] = [20, 30]  # batch 10, and batch 15 without the end of its epoch
    found, same = states.newest(ONE)
    assert (found["position"], same) == (10, False)


def test_killed_between_the_first_states(one_of_two, tmp_path):
    states, _ = one_of_two  # the other has none
    states.write(state(0), ONE)
    assert states.newest(ONE) == (None, True)
    assert not list((tmp_path / "states" / "worker-1").iterdir())
    states.write(state(10, step=5), ONE)
    with pytest.raises(ValueError, match="worker by worker"):
        states.newest(ONE)


def test_refuses_states_of_several_processes(one_of_two, tmp_path, monkeypatch):
    states, _ = one_of_two
    states.write(state(10), ONE)
    monkeypatch.undo()
    (tmp_path / "states" / "worker-9.bak").mkdir()
    with pytest.raises(
        ValueError, match=r"states in '\S+worker-1', of another number of processes than .* 1\."
    ):
        RunStates(tmp_path / "states", 1, None).newest(ONE)


@pytest.mark.parametrize("place", ["", "worker-2"])
def test_refuses_states_of_fewer_or_more_processes(place, one_of_two, tmp_path):
    folder = StateFolder(tmp_path / "states" / place)
    folder.write(10, state(10), keep=1)
    with pytest.raises(ValueError, match=r"run's 2\. Required: as many processes as wrote them"):
        one_of_two[0].newest(ONE)
    assert sorted(folder.files()) == [10]


def test_damaged_ones_do_not_count_as_kept(tmp_path):
    states = RunStates(tmp_path, 1, None)
    states.write(state(100), ONE)
    (tmp_path / "state-000000000200.npz").write_bytes(b"")
    with pytest.warns(UserWarning, match="damaged training states"):
        assert states.newest(ONE)[0]["position"] == 100
    states.write(state(150), ONE)
    assert sorted(states.root.files()) == [150]
