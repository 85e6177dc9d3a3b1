"""What `--data` of SlowVAE names; `test_pair_data` has what is refused."""

import argparse

import pytest

from st_keras.cli.slowvae.pair_spec import GRID_NAMES, VIDEO_FILES, check_pairs


@pytest.mark.parametrize(
    "data",
    ["sprites", "sprites=hue", *GRID_NAMES, "dsprites=f.npz", *(f"{v}=f" for v in VIDEO_FILES)],
)
def test_what_is_named_is_taken(data):
    settings = {"transition": None, "transition_rate": None, "max_delta_t": None}
    check_pairs(argparse.Namespace(data=data, **settings))
