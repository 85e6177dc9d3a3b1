"""Small files for the command line, and a way to run it."""

import shutil

import keras
import numpy as np
import pytest
from tensorflow.python.framework.config import disable_op_determinism

from st_keras.cli.main import main
from st_keras.training import StepLimit


def squares(count, steps, size=(16, 24), channels=None, seed=0):
    """Grey bytes (count, steps, H, W[, C]) with one square that moves."""
    random = np.random.default_rng(seed)
    frames = np.zeros((count, steps, *size), "uint8")
    for n in range(count):
        row, column = random.integers(0, size[0] - 4), random.integers(0, size[1] - 4)
        for t in range(steps):
            at = (column + 2 * t) % (size[1] - 4)
            frames[n, t, row : row + 4, at : at + 4] = 200
    return frames if channels is None else np.repeat(frames[..., None], channels, -1)


@pytest.fixture
def frames_file(tmp_path):
    path = tmp_path / "frames.npy"
    np.save(path, squares(8, 8))
    return str(path)


@pytest.fixture
def run(capsys):
    """Run the command line; return exit status, output and error text."""

    def run_command(*arguments):
        try:
            status = main([str(a) for a in arguments])
        except SystemExit as stop:
            status = stop.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_command


def smallest_run(frames_file, out):
    """Arguments of the smallest training run."""
    return [
        *("train", "predrnn", "--data", frames_file, "--out", out),
        *("--context-length", "3", "--horizon", "3", "--steps", "2", "--batch-size", "2"),
        *("--filters", "4,4", "--kernel-size", "3", "--patch-size", "4"),
    ]


@pytest.fixture
def train_arguments(frames_file, tmp_path):
    """Arguments of the smallest training run on `frames_file`."""
    return smallest_run(frames_file, tmp_path / "run")


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory):
    """Folder of the smallest run, for all tests of a process."""
    folder = tmp_path_factory.mktemp("trained")
    np.save(folder / "frames.npy", squares(8, 8))
    arguments = smallest_run(folder / "frames.npy", folder / "run")
    assert main([str(argument) for argument in arguments]) == 0
    return folder / "run"


@pytest.fixture
def trained(trained_once, tmp_path):
    """Path of a model trained for two batches on what is in `frames_file`."""
    shutil.copytree(trained_once, tmp_path / "run")
    return tmp_path / "run" / "model.keras"


@pytest.fixture
def deterministic():
    """Let a test use --deterministic, and the tests after it not."""
    yield ("--deterministic",)
    disable_op_determinism()


class Killed(BaseException):
    """What nobody catches, as nobody catches SIGKILL."""


@pytest.fixture
def dying(monkeypatch):
    """Run a command that dies in the middle of a batch, as far as Python can tell."""

    def die_after(batches, run, *arguments):
        def count(self, batch, logs=None):
            self.done += 1
            if self.done == batches:
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(StepLimit, "on_train_batch_end", count)
            with pytest.raises(Killed):
                run(*arguments)

    return die_after


def weights_of(path):
    """All numbers of a saved model and its optimizer."""
    model = keras.models.load_model(path)
    return [np.array(v) for v in (*model.variables, *model.optimizer.variables)]


def assert_same_bits(path, other):
    """Fail unless two saved models hold the same bits."""
    for one, two in zip(weights_of(path), weights_of(other), strict=True):
        assert one.tobytes() == two.tobytes()
