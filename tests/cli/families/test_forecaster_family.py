"""What commands know of a family is what its classes take."""

import dataclasses
import inspect

import pytest

from st_keras import tuning
from st_keras.cli.families import FORECASTERS
from st_keras.cli.families.forecaster_family import NetworkSettings
from st_keras.settings.setting import settings_in
from st_keras.training import RECIPES
from st_keras.training.forecaster_presets import NETWORKS

# Arguments of a hyper model that are settings of the search, or of the data.
NO_RANGES = {
    *("self", "image_shape", "steps", "context_length", "reports", "normalization", "kwargs"),
    *("max_parameters", "seed", "images", "factors", "score", "num_seeds"),
}


def check_ranges(ranges, hyper_model):
    """Fail unless every range is an argument of the hyper model, and the other way round."""
    known = set(inspect.signature(getattr(tuning, hyper_model).__init__).parameters)
    assert {field.name for field in dataclasses.fields(ranges)} == known - NO_RANGES


def check_family(name):
    """Fail unless all that is asked for is taken by the classes of the family."""
    family, network = FORECASTERS[name], NETWORKS[name]
    said = {s.name: s.default for _, s in settings_in(family.network)}
    assert said["preset"] == "smoke" and set(network.PRESETS) <= set(RECIPES)
    taken = set(network(filters=(4,)).get_config())
    for one in network.PRESETS:
        assert set(family.network(preset=one, patch_size=2).arguments()) <= taken
    assert set(said) - {"preset", "no_decoupling"} <= taken
    recipe = {s.name for _, s in settings_in(family.recipe)} - {"jit_compile"}
    assert recipe <= set(RECIPES["smoke"])
    if family.ranges:
        check_ranges(family.ranges, f"{network.__name__}HyperModel")


@pytest.mark.parametrize("name", FORECASTERS)
def test_only_what_is_given_is_an_argument(name):
    network = FORECASTERS[name].network(filters=(8,), remat="step")
    assert isinstance(network, NetworkSettings)
    expected = {"filters": (8,), "remat": "step"}
    assert network.arguments() == expected | ({"decoupling": True} if name == "predrnn" else {})
