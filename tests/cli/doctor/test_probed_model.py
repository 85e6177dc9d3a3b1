"""The model of a request is the one that is asked for, and trains."""

import keras
import numpy as np
import pytest

from st_keras.cli.doctor.probe_request import SLOWVAE, ProbeRequest
from st_keras.cli.doctor.probed_model import (
    build,
    can_recompute,
    random_batch,
    redressed,
    training_step,
)
from st_keras.models import ActionConditionedPredRNN, PredRNN, SlowVAE
from st_keras.training import Forecaster, ReverseScheduledSampling

TINY = {"filters": (4,), "kernel_size": 3, "patch_size": 4}


REQUEST = ProbeRequest("predrnn", 2, 4, (8, 8, 1), TINY)


def tiny(**changes):
    return REQUEST.replace(**changes)


def test_settings_reach_the_model():
    training = {"sampling": "reverse", "preset": "kth", "steps": 100, "decoupling_weight": 0.5}
    model = build(tiny(training=training, precision="mixed_bfloat16"))
    assert (model.network.filters, model.network.patch_size) == ((4,), 4)
    assert model.network.dtype_policy.name == "mixed_bfloat16"
    assert isinstance(model.sampling, ReverseScheduledSampling)
    assert (model.decoupling_weight, model.context_length, model.built) == (0.5, 2, True)


def test_a_step_changes_the_weights():
    model, step = training_step(tiny())
    before = model.get_weights()
    assert np.isfinite(step())
    assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_slowvae():
    request = tiny(kind=SLOWVAE, frames=2, image_shape=(16, 16, 1), settings={"latent_size": 3})
    model, step = training_step(request)
    assert isinstance(model, SlowVAE) and model.latent_size == 3
    assert np.isfinite(step())


@pytest.mark.parametrize("folder", [False, True])
def test_saved(folder, tmp_path):
    model = Forecaster(PredRNN(**TINY), context_length=3, decoupling_weight=0.25)
    model.build((None, None, 8, 8, 1))
    path = tmp_path / ("preset" if folder else "m.keras")
    model.save_to_preset(path) if folder else model.save(path)
    found = build(tiny(kind="saved", settings={"file": str(path)}))
    assert (found.context_length, found.decoupling_weight, found.built) == (3, 0.25, True)
    np.testing.assert_array_equal(found.get_weights()[0], model.get_weights()[0])


def test_actions_are_drawn_for_a_network_that_is_told_them(tmp_path):
    network = ActionConditionedPredRNN(filters=(4, 4), action_size=3)
    model = Forecaster(network, context_length=2)
    batch = random_batch(tiny(), model)
    assert batch["frames"].shape == (2, 4, 8, 8, 1)
    assert batch["actions"].shape == (2, 4, 3)


def test_another_precision():
    model = Forecaster(PredRNN(**TINY), context_length=2)
    assert redressed(model) is model
    other = redressed(model, precision="mixed_float16")
    assert other.network.dtype_policy.name == other.dtype_policy.name == "mixed_float16"
    assert other.network.filters == (4,)
    assert redressed(SlowVAE(), "mixed_bfloat16").dtype_policy.name == "mixed_bfloat16"


def test_remat_where_the_network_has_it():
    model = Forecaster(PredRNN(**TINY), context_length=2)
    assert can_recompute(model.network) and not can_recompute(SlowVAE())
    assert redressed(model, remat="segment").network.get_config()["remat"] == "segment"
    _, step = training_step(tiny(settings={**TINY, "remat": "segment"}))
    assert np.isfinite(step())


def test_remat_is_refused_where_there_is_none():
    with pytest.raises(ValueError, match="--remat: received 'step' for a SlowVAE"):
        redressed(SlowVAE(), remat="step")


def test_wrong_settings_are_refused_as_everywhere():
    with pytest.raises(ValueError, match="H=10 with patch_size=4"):
        build(tiny(image_shape=(10, 8, 1)))


def test_compiled_with_adam():
    assert isinstance(build(tiny()).optimizer, keras.optimizers.Adam)
