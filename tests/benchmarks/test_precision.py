"""Training on a tiny network, and the command; what it compares is in test_precision_report."""

import json

import numpy as np
import pytest

from benchmarks import precision


def test_train(monkeypatch, capsys):
    small = {"image_size": 16, "context_length": 2, "horizon": 1, "learning_rate": 0.03}
    for name, value in small.items():
        monkeypatch.setitem(precision.SETTINGS, name, value)
    frames = precision.digits("validation", seed=0).sequences(0, 2)
    data = ((2,), frames[:, :2], frames[:, 2:])
    run = precision.train("mixed_bfloat16", 0, 20, *data)
    assert (run["policy"], run["seed"]) == ("mixed_bfloat16", 0)
    assert len(run["curve"]) == 20
    # The same weights and batches in float32 have the same losses, but for the arithmetic.
    float32 = precision.train("float32", 0, 20, *data)
    np.testing.assert_allclose(run["curve"], float32["curve"], rtol=0.05)
    assert run["curve"] != float32["curve"]
    assert run["last_window"] == run["curve"][-1]
    # The same weights, in other arithmetic.
    assert run["validation"] != run["validation_float32"]
    assert run["validation"] == pytest.approx(run["validation_float32"], rel=0.02)
    assert "mixed_bfloat16, seed 0: window 20 of 20, loss" in capsys.readouterr().err


def test_files(tmp_path, capsys, monkeypatch):
    asked = []

    def train(policy, seed, steps, filters, context, future):
        asked.append((policy, seed, steps, filters))
        assert context.shape == future.shape == (256, 5, 32, 32, 1)
        losses = dict.fromkeys(("last_window", "validation", "validation_float32"), 1.0)
        return {"policy": policy, "seed": seed, "seconds": 1.0, "curve": [1.0] * 20, **losses}

    monkeypatch.setattr(precision, "train", train)
    arguments = ["--steps=40", "--seeds=2", "--filters=2", "--output", str(tmp_path / "out")]
    assert precision.main(arguments) == 0
    both = ("float32", "mixed_bfloat16")
    assert asked == [(policy, seed, 40, (2,)) for seed in (0, 1) for policy in both]
    found = json.loads((tmp_path / "out" / "precision.json").read_text())
    assert found["comparisons"]["validation"]["mixed_bfloat16"]["place"] == "within"
    assert 0 < found["persistence"] < 1
    assert found["command"].startswith("python -m benchmarks precision --steps=40")
    assert (tmp_path / "out" / "precision.png").is_file()
    printed = capsys.readouterr().out
    assert printed.strip() == (tmp_path / "out" / "precision.md").read_text().strip()


def test_initial_weights_depend_on_the_seed_alone():
    first, same, other = (
        precision.forecaster(policy, seed, 20, (2,)).network.get_weights()
        for policy, seed in (("float32", 0), ("mixed_bfloat16", 0), ("float32", 1))
    )
    for ours, theirs in zip(first, same, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert any((ours != theirs).any() for ours, theirs in zip(first, other, strict=True))


def test_digits_differ_between_seeds_and_splits():
    train = precision.digits("train", seed=0)
    assert train.image_shape == (32, 32, 1)
    assert train.digit_size == (14, 14)
    frames = train.sequences(0, 2)
    np.testing.assert_array_equal(frames, precision.digits("train", seed=0).sequences(0, 2))
    assert (frames != precision.digits("train", seed=1).sequences(0, 2)).any()
    known = {image.tobytes() for image in train.images}
    held_out = precision.digits("validation", seed=0).images
    assert not any(image.tobytes() in known for image in held_out)


def test_loss_windows_refuse_what_is_not_finite():
    losses = precision.LossWindows("mixed_float16, seed 1")
    with pytest.raises(ValueError, match=r"loss of nan in window 3 of 20 \(mixed_float16, seed 1"):
        losses.on_epoch_end(2, {"loss": float("nan")})


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--steps=30"], "received --steps 30. Required: a multiple of 20"),
        (["--steps=10"], "received '10'. Required: a whole number of at least 20"),
        (["--seeds=0"], "received '0'. Required: a whole number"),
        (["--policies=float8"], "received 'float8'. Required: at least 1 different names"),
        (["--policies=mixed_bfloat16,float32"], "Required: float32 first"),
        (["--filters=a"], "received 'a'. Required: whole numbers"),
        (["--filters=2,3", "--steps=20"], "filters"),
    ],
)
def test_refuses(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        precision.main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
