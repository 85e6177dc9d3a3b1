"""Exported models in other releases of TensorFlow: loaded, run, compared with the model itself.

    python -m benchmarks.served_elsewhere --python other/bin/python --python another/bin/python

Each Python has a TensorFlow and needs nothing else. A line for each: its TensorFlow, and how far
any output of any signature is from what this package computes here, relative to the largest value
of that output.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from st_keras.export import export_saved_model
from st_keras.models import ActionConditionedPredRNN, ConvLSTM, ModeRNN, PredRNN, SlowVAE
from st_keras.training import Forecaster

SIZE, LENGTH, HORIZON, ACTIONS = 16, 4, 5, 2
NETWORKS = {
    "predrnn": lambda: PredRNN((8, 8), kernel_size=3, patch_size=2),
    "layer_norm": lambda: PredRNN((8,), kernel_size=3, patch_size=2, layer_norm=True),
    "modernn": lambda: ModeRNN((8,), num_slots=2, patch_size=2),
    "convlstm": lambda: ConvLSTM((8,), kernel_size=3),
    "actions": lambda: ActionConditionedPredRNN(ACTIONS, (8,), kernel_size=3),
}
# Run by the other Python, where this package is not.
CODE = """
import sys
import numpy as np, tensorflow as tf

folder = sys.argv[1]
given, answers = dict(np.load(folder + "/given.npz")), {}

def named(**arrays):
    return {name: tf.constant(array) for name, array in arrays.items()}

for name in sys.argv[2].split(","):
    served = tf.saved_model.load(folder + "/" + name + "/1").signatures
    if name == "slowvae":
        codes = served["encode"](**named(images=given["images"]))
        answers[name + " codes"] = codes["codes"]
        answers[name + " images"] = served["decode"](codes=codes["codes"])["images"]
        continue
    context, horizon = given["context"], np.int32(given["horizon"])
    steps, actions = context.shape[1], given["actions"] if name == "actions" else None
    told = {} if actions is None else {"actions": actions}
    answers[name + " forecast"] = served["forecast"](
        **named(context=context, horizon=horizon, **told))["forecast"]
    batch, _, height, width, _ = context.shape
    sizes = np.int32([batch, height, width])
    states = served["init_state"](**named(batch_size=sizes[0], height=sizes[1], width=sizes[2]))
    for t in range(steps):
        action = {} if actions is None else {"action": actions[:, t]}
        states = served["step"](**named(frame=context[:, t], **action), **states)
        answers[name + " step"] = states.pop("prediction")
    rest = {} if actions is None else {"actions": actions[:, steps:]}
    answers[name + " rollout"] = served["rollout"](
        **named(horizon=horizon, **rest), **states)["forecast"]
np.savez(folder + "/answers.npz", **{k: v.numpy() for k, v in answers.items()})
print(tf.__version__)
"""


def run(pythons, folder):
    """Export small models and let each Python answer.

    Args:
        pythons: list of paths of interpreters.
        folder: `pathlib.Path`, empty.

    Returns:
        List of `(version of TensorFlow, number of outputs, largest relative difference)`.
    """
    rng = np.random.default_rng(0)
    given = {
        "context": rng.random((2, LENGTH, SIZE, SIZE, 1), "float32"),
        "actions": rng.normal(size=(2, LENGTH + HORIZON - 1, ACTIONS)).astype("float32"),
        "horizon": np.int32(HORIZON),
        "images": rng.random((3, SIZE, SIZE, 1), "float32"),
    }
    np.savez(folder / "given.npz", **given)
    expected = {}
    for name, make in NETWORKS.items():
        model = Forecaster(make(), context_length=LENGTH)
        model.build((None, None, SIZE, SIZE, 1))
        export_saved_model(model, folder / name / "1")
        told = {"actions": given["actions"]} if name == "actions" else {}
        frames = model.forecast(given["context"], HORIZON, **told)
        answers = {"forecast": frames, "rollout": frames, "step": frames[:, 0]}
        expected |= {f"{name} {key}": value for key, value in answers.items()}
    model = SlowVAE(latent_size=4)
    model.build((None, None, SIZE, SIZE, 1))
    export_saved_model(model, folder / "slowvae" / "1")
    codes = model.encode(given["images"])
    expected |= {"slowvae codes": codes, "slowvae images": model.decode(codes)}
    return [_row(python, folder, expected) for python in pythons]


def _row(python, folder, expected):
    arguments = [str(python), "-c", CODE, str(folder), ",".join([*NETWORKS, "slowvae"])]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{python} failed: {done.stderr[-2000:]}")
    with np.load(folder / "answers.npz") as answers:
        if set(answers.files) != set(expected):
            raise RuntimeError(f"{python} answered {sorted(answers.files)}")
        differences = [
            np.abs(answers[key] - value).max() / np.abs(value).max()
            for key, value in expected.items()
        ]
    return done.stdout.split()[-1], len(differences), float(max(differences))


def main(arguments=None):
    """Print the lines."""
    parser = argparse.ArgumentParser(prog="benchmarks.served_elsewhere", description=__doc__)
    parser.add_argument("--python", action="append", type=pathlib.Path, default=[])
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for version, count, most in run(options.python or [sys.executable], pathlib.Path(folder)):
            print(f"TensorFlow {version}: {count} outputs within {most:.1e}")


if __name__ == "__main__":
    main()
