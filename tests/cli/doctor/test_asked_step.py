"""What the flags of `doctor` describe, and what they refuse."""

import pytest

from st_keras.cli.doctor.asked_step import request_of
from st_keras.cli.grammar import parse
from st_keras.models import SlowVAE


def asked(*arguments):
    return request_of(parse(["doctor", *map(str, arguments)])[1])


def test_the_machine_alone():
    assert asked() is None
    assert asked("--json") is None


def test_a_network_with_the_flags_of_train():
    request = asked(
        *("predrnn", "--filters", "8,8", "--patch-size", 4, "--kernel-size", 3, "--layer-norm"),
        *("--sampling", "reverse", "--reverse-input", "--decoupling-weight", 0.5, "--jit-compile"),
        *("--batch", 5, "--frames", 7, "--image-shape", "32,48,2", "--precision", "mixed_bfloat16"),
    )
    assert (request.kind, request.batch_size, request.frames) == ("predrnn", 5, 7)
    assert (request.image_shape, request.precision) == ((32, 48, 2), "mixed_bfloat16")
    assert request.jit_compile is True
    expected = {"filters": (8, 8), "patch_size": 4, "kernel_size": 3, "layer_norm": True}
    assert request.settings.items() >= {**expected, "decoupling": True}.items()
    training = {"sampling": "reverse", "reverse_input": True, "decoupling_weight": 0.5}
    assert request.training.items() >= training.items()


@pytest.mark.parametrize("model", ["predrnn", "modernn", "convlstm"])
def test_defaults_are_those_of_the_preset(model):
    request = asked(model)
    assert (request.batch_size, request.frames, request.image_shape) == (8, 20, (64, 64, 1))
    assert request.precision == "float32"


def test_slowvae():
    request = asked("slowvae", "--latent-size", 4, "--batch-size", 9)
    assert (request.kind, request.batch_size, request.frames) == ("slowvae", 9, 2)
    assert request.settings["latent_size"] == 4


def test_a_saved_model_is_as_it_was_trained(trained):
    request = asked("--model", trained)
    assert (request.kind, request.batch_size, request.frames) == ("saved", 4, 6)
    assert (request.image_shape, request.precision) == ((16, 24, 1), None)
    assert request.settings == {"file": str(trained)}
    other = asked("--model", trained, "--batch", 7, "--frames", 9, "--image-shape", "32,32,1")
    assert (other.batch_size, other.frames, other.image_shape) == (7, 9, (32, 32, 1))


def test_a_saved_slowvae(tmp_path):
    model = SlowVAE(latent_size=2)
    model.build((None, 2, 16, 16, 1))
    model.save(tmp_path / "s.keras")
    request = asked("--model", tmp_path / "s.keras")
    assert (request.batch_size, request.frames) == (32, 2)
    with pytest.raises(ValueError, match="--frames: received 5 for a file that holds a SlowVAE"):
        asked("--model", tmp_path / "s.keras", "--frames", 5)
    with pytest.raises(ValueError, match="--remat: received 'step' for a SlowVAE"):
        asked("--model", tmp_path / "s.keras", "--remat", "step")


def test_no_such_file(tmp_path):
    with pytest.raises(ValueError, match="which is no file"):
        asked("--model", tmp_path / "none.keras")


def test_a_model_for_other_channels(trained):
    with pytest.raises(ValueError, match=r"1 channel\(s\), as the model was trained on"):
        asked("--model", trained, "--image-shape", "16,24,3")
