"""A family of another package: what a user writes to have a network of her own under the commands.

`test_family_from_outside.py` copies this file to a folder of its own.
"""

from dataclasses import dataclass

from st_keras.models import ModelFamily, family_settings, search_ranges

PRESETS = {"smoke": {"filters": (8,), "patch_size": 4}}
RECIPES = {
    "smoke": {
        "context_length": 4,
        "batch_size": 2,
        "steps": 4,
        "learning_rate": 1e-3,
        "decay": "constant",
        "decoupling_weight": 0.0,
        "sampling": "scheduled",
        "plateau": (1, 3, 1),
        "reverse_input": False,
        "epsilon": 1e-7,
    }
}


@dataclass(frozen=True, kw_only=True)
class ConvGRUSettings(family_settings.NetworkSettings):
    """Flags of the network."""

    preset: str = family_settings.preset_of(tuple(PRESETS))
    filters: tuple | None = family_settings.filters()


@dataclass(frozen=True, kw_only=True)
class ConvGRURanges:
    """Flags of the search."""

    layers: tuple | None = search_ranges.whole_numbers()
    filters: tuple | None = search_ranges.whole_numbers()
    learning_rate: tuple | None = search_ranges.interval()
    precision: tuple | None = search_ranges.precision()


CONVGRU = ModelFamily(
    name="convgru",
    model="convgru_network:ConvGRU",
    presets=PRESETS,
    recipes=RECIPES,
    network=ConvGRUSettings,
    train="Train a ConvGRU.",
    hyper_model="convgru_network:ConvGRUHyperModel",
    ranges=ConvGRURanges,
    tune="Search among ConvGRUs.",
)
