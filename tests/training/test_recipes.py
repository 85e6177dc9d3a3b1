import numpy as np
import pytest

from st_keras.models.family import forecasters
from st_keras.training import (
    RECIPES,
    SAMPLINGS,
    ReverseScheduledSampling,
    ScheduledSampling,
    build_sampling,
)


def test_every_preset_has_a_recipe_with_known_values():
    recipes = [recipe for family in forecasters() for recipe in family.recipes.items()]
    assert all(set(family.recipes) == set(family.presets) for family in forecasters())
    assert set(RECIPES) == {preset for preset, _ in recipes}
    for preset, recipe in recipes:
        assert recipe["sampling"] in SAMPLINGS
        assert recipe["decay"] in ("constant", "cosine")
        begin, stop, alpha = recipe["plateau"]
        assert 0 <= begin < stop <= recipe["steps"] and alpha > 0, preset


def test_published_recipes():
    """The V2 scripts of the reference code (`reference/papers.md`, section 1b)."""
    same = {
        "context_length": 10,
        "steps": 80_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "sampling": "reverse",
        "reverse_input": True,
        "epsilon": 1e-8,
        "without_decoupling": {"learning_rate": 3e-4, "sampling": "scheduled"},
    }
    mnist = {**same, "batch_size": 8, "decoupling_weight": 0.1, "plateau": (25_000, 50_000, 2500)}
    kth = {**same, "batch_size": 4, "decoupling_weight": 0.01, "plateau": (5_000, 50_000, 2000)}
    assert RECIPES["moving_mnist"] == mnist
    assert RECIPES["kth"] == kth


def test_sampling_of_the_published_runs():
    published = ReverseScheduledSampling().get_config()
    assert build_sampling("reverse", "moving_mnist", 80_000).get_config() == published
    kth = ReverseScheduledSampling.plateau(5_000, 50_000, 2000.0).get_config()
    assert build_sampling("reverse", "kth", 80_000).get_config() == kth
    scheduled = build_sampling("scheduled", "moving_mnist", 80_000)
    assert isinstance(scheduled, ScheduledSampling)
    for k in (0, 25_000, 50_000):
        np.testing.assert_allclose(
            scheduled.probabilities(k, 2, 4), ScheduledSampling().probabilities(k, 2, 4), atol=1e-5
        )
    # ModeRNN's script: 1 - 2e-5 per batch, 0 from batch 50,000 on, of 120,000.
    robonet = build_sampling("scheduled", "robonet", 120_000)
    for k in (0, 10_000, 49_999, 50_000, 120_000):
        horizon = float(robonet.probabilities(k, 2, 4)[-1])
        assert horizon == pytest.approx(max(0, 1 - 2e-5 * k), abs=1e-4)
    assert build_sampling("teacher_forcing", "kth", 80_000) is None


@pytest.mark.parametrize("preset", RECIPES)
@pytest.mark.parametrize("steps", [1, 2, 7, 250, 1_000_000])
def test_sampling_scales_to_any_number_of_steps(preset, steps):
    for name in ("reverse", "scheduled"):
        sampling = build_sampling(name, preset, steps)
        last = np.array(sampling.probabilities(max(steps, 8), 2, 4))
        np.testing.assert_array_equal(last, [1, 1, 0, 0])


def test_errors():
    with pytest.raises(ValueError, match=r"sampling='reversed'.*'reverse', 'scheduled'"):
        build_sampling("reversed", "kth", 10)
    with pytest.raises(ValueError, match=r"preset='mnist'.*'moving_mnist'"):
        build_sampling("reverse", "mnist", 10)
    with pytest.raises(ValueError, match=r"steps=0.*at least 1"):
        build_sampling("reverse", "kth", 0)
