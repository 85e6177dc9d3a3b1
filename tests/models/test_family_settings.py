"""What commands know of a family is what its classes take."""

import dataclasses
import inspect

import pytest

from st_keras.entry_points import imported
from st_keras.models.family import forecasters
from st_keras.models.family_settings import NetworkSettings
from st_keras.settings.setting import settings_in

# Arguments of a hyper model that are settings of the search, or of the data.
NO_RANGES = {
    *("self", "image_shape", "steps", "context_length", "reports", "normalization", "kwargs"),
    *("max_parameters", "seed", "images", "factors", "score", "num_seeds"),
}


every_family = pytest.mark.parametrize("family", forecasters(), ids=lambda each: each.name)


def check_ranges(ranges, hyper_model):
    """Fail unless every range is an argument of the hyper model, and the other way round."""
    known = set(inspect.signature(hyper_model.__init__).parameters)
    assert {field.name for field in dataclasses.fields(ranges)} == known - NO_RANGES


@every_family
def test_all_that_is_asked_for_is_taken(family):
    network = family.model_class
    said = {s.name: s.default for _, s in settings_in(family.network)}
    assert family.network().recipe == "fast" and set(network.PRESETS) == set(family.recipes)
    assert {preset for preset, _ in family.named_recipes.values()} == set(family.recipes)
    taken = set(network(filters=(4,)).get_config())
    for one in network.PRESETS:
        assert set(family.network(preset=one, patch_size=2).arguments()) <= taken
    assert set(said) - {"recipe", "preset", "scale", "no_decoupling"} <= taken
    recipe = {s.name for _, s in settings_in(family.recipe)} - {"jit_compile"}
    for own in family.recipes.values():
        assert recipe <= set(own)
    if family.ranges:
        check_ranges(family.ranges, imported(family.hyper_model))


@every_family
def test_only_what_is_given_is_an_argument(family):
    network = family.network(filters=(8,), remat="step")
    assert isinstance(network, NetworkSettings)
    assert network.arguments() == {"filters": (8,), "remat": "step"}


@every_family
def test_two_recipes_are_refused_and_a_scale_of_a_small_one(family):
    published = next(n for n, (preset, _) in family.named_recipes.items() if n != preset)
    assert family.network(recipe=published, scale="tiny").asked_recipe == published
    for name in (published, "fast"):
        with pytest.raises(ValueError, match=rf"--preset: received smoke with --recipe {name}"):
            family.network(recipe=name, preset="smoke")
    with pytest.raises(ValueError, match="--scale: received tiny with the recipe fast"):
        family.network(scale="tiny")
