"""Data are told apart by what is trained on."""

import hashlib

import numpy as np
import pytest

from st_keras.cli.data_fingerprint import check_same_data, data_fingerprint, hash_of_file
from st_keras.cli.data_source import open_training_data
from st_keras.cli.slowvae.training import PairTraining
from st_keras.datasets import LatentPairs, Sprites
from tests.cli.conftest import squares
from tests.cli.test_frame_data import windows

WINDOWS = windows(2, 2)


def fingerprint(spec, seed=0):
    return data_fingerprint(open_training_data(spec, WINDOWS, seed), spec)


def test_generated_data_are_told_by_their_batches():
    assert fingerprint("digits") == fingerprint("digits")
    assert fingerprint("digits") != fingerprint("digits", seed=1)
    assert fingerprint("digits") != fingerprint("modes")
    assert set(fingerprint("digits")) == {"first_batches"}


def test_frames_are_told_by_their_values(tmp_path):
    path = tmp_path / "frames.npy"
    np.save(path, squares(8, 8))
    before = fingerprint(str(path))
    assert before == fingerprint(str(path))
    np.save(path, squares(8, 8, seed=1))
    after = fingerprint(str(path))
    assert set(after) == {"first_batches", "frames"}
    assert after["frames"] != before["frames"]


def test_times_are_told_apart(tmp_path):
    np.save(tmp_path / "frames.npy", squares(8, 8))
    found = []
    for step in (5, 6):
        np.save(tmp_path / "times.npy", np.datetime64("2026-06-01") + step * np.arange(8))
        asked = windows(2, 2, times=str(tmp_path / "times.npy"))
        spec = str(tmp_path / "frames.npy")
        found.append(data_fingerprint(open_training_data(spec, asked, 0), spec))
    assert set(found[0]) == {"first_batches", "frames", "times"}
    with pytest.raises(ValueError, match=r"other data .*\(times: "):
        check_same_data(found[0], found[1], "f.npy")


def test_a_named_file_is_hashed_whole(tmp_path):
    path = tmp_path / "grid.npz"
    path.write_bytes(b"x" * 100)
    source = PairTraining(LatentPairs(Sprites()), seed=0)
    found = data_fingerprint(source, f"dsprites={path}")
    assert found["file"] == hashlib.sha256(b"x" * 100).hexdigest() == hash_of_file(path)
    assert set(data_fingerprint(source, "sprites=hue")) == {"first_batches"}


def test_other_data_are_refused_by_name():
    recorded = {"first_batches": "a" * 64, "frames": "b" * 64}
    check_same_data(recorded, dict(recorded), "f.npy")
    message = (
        r"--replay: received other data .* under --data f\.npy \(frames: bbbbbbbbbbbb\.\.\. "
        r"recorded, cccccccccccc\.\.\. here\)\. Required: the same data.*Bring back"
    )
    with pytest.raises(ValueError, match=message):
        check_same_data(recorded, {**recorded, "frames": "c" * 64}, "f.npy")
    with pytest.raises(ValueError, match="none here"):
        check_same_data(recorded, {"first_batches": "a" * 64}, "f.npy")
