"""SlowVAE: its defaults and choices are those of the package."""

import pytest

from st_keras.cli.slowvae import settings as slowvae
from st_keras.cli.slowvae.settings import GRIDS, VIDEO_FILES, Pairs
from st_keras.datasets.pairs.latent_pairs import TRANSITIONS
from st_keras.models import SlowVAE
from st_keras.models.slowvae.family import SlowVAERanges, SlowVAESettings
from st_keras.tuning import SlowVAEHyperModel
from tests.models.test_family_settings import check_ranges


def test_choices_and_defaults():
    assert set(slowvae.TRANSITIONS) == set(TRANSITIONS)
    model = SlowVAE()
    for name, default in SlowVAESettings().arguments().items():
        assert getattr(model, name) == default
    check_ranges(SlowVAERanges, SlowVAEHyperModel)


@pytest.mark.parametrize(
    "data", ["sprites", "sprites=hue", *GRIDS, "dsprites=f.npz", *(f"{v}=f" for v in VIDEO_FILES)]
)
def test_what_is_named_is_taken(data):
    Pairs().check(data)
