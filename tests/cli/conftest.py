"""Small files for the command line, and a way to run it."""

import functools
import shutil
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from st_keras.cli.main import main
from st_keras.cli.slowvae import evaluation, study
from st_keras.metrics.disentanglement import evaluate
from st_keras.training import StepLimit
from tests.cli.rain_archive import write_archive
from tests.uncompiled import ABOUT_EAGER


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
        *("--context-length", "3", "--horizon", "3", "--steps", "2", "--batch-size", "4"),
        *("--filters", "4", "--kernel-size", "3", "--patch-size", "4"),
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
    _train_uncompiled(smallest_run(folder / "frames.npy", folder / "run"))
    return folder / "run"


def _train_uncompiled(arguments):
    tf.config.run_functions_eagerly(True)
    with warnings.catch_warnings():
        warnings.filterwarnings(*ABOUT_EAGER.split(":"))
        assert main([str(argument) for argument in arguments]) == 0
    tf.config.run_functions_eagerly(False)


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


@pytest.fixture
def few_samples(monkeypatch):
    """Score a few hundred images, with the scores that are fast."""
    fewer = functools.partial(evaluate, num_samples=200, scores=("mig", "mcc"))
    for module in (evaluation, study):
        monkeypatch.setattr(module, "evaluate", fewer)
    monkeypatch.setattr(evaluation, "IMAGES_DRAWN", 40)


def smallest_slowvae(out):
    """Arguments of a training run of two batches."""
    return [
        *("train", "slowvae", "--data", "sprites", "--out", out),
        *("--steps", "2", "--batch-size", "2", "--latent-size", "4"),
    ]


@pytest.fixture
def slowvae_arguments(tmp_path):
    """Arguments of the smallest training run."""
    return smallest_slowvae(tmp_path / "run")


@pytest.fixture(scope="session")
def slowvae_trained_once(tmp_path_factory):
    """Folder of the smallest run, for all tests of a process."""
    out = tmp_path_factory.mktemp("slowvae") / "run"
    _train_uncompiled(smallest_slowvae(out))
    return out


@pytest.fixture
def trained_slowvae(slowvae_trained_once, tmp_path):
    """Path of a SlowVAE trained for two batches."""
    shutil.copytree(slowvae_trained_once, tmp_path / "run")
    return tmp_path / "run" / "model.keras"


@pytest.fixture
def kitti_file(tmp_path):
    """A file of masks in the form that `KittiMasks` reads: squares that move."""
    masks = np.zeros((12, 64, 64), bool)
    latents = np.zeros((12, 3), "float32")
    for t in range(12):
        x = 10 + 2 * t
        masks[t, 20:30, x : x + 8] = True
        latents[t] = 24.5, x + 3.5, 80
    np.savez(
        tmp_path / "kitti.npz",
        masks_packed=np.packbits(masks.reshape(12, -1), axis=1),
        lengths=np.array([5, 7]),
        latents=latents,
    )
    return tmp_path / "kitti.npz"


@pytest.fixture(scope="session")
def rain_archive(tmp_path_factory):
    """A file of rain on three days."""
    path = tmp_path_factory.mktemp("archive") / "rain.nc"
    write_archive(path)
    return path


@pytest.fixture(scope="session")
def rain_model(rain_archive, tmp_path_factory):
    """Path of a forecaster of that rain, trained for two batches."""
    out = tmp_path_factory.mktemp("trained") / "run"
    line = f"train convlstm --data {rain_archive} --as-rain-rate --interval 300"
    line += " --transform rain-rate --loss balanced --importance 5 --augment flips"
    line += " --context-length 6 --horizon 2 --before 2026-06-02,2026-06-03 --filters 2"
    line += f" --kernel-size 3 --patch-size 8 --steps 2 --batch-size 2 --out {out}"
    _train_uncompiled(line.split())
    return out / "model.keras"
