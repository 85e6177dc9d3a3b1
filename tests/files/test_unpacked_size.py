import pathlib

import numpy as np
import pytest

from st_keras.files.unpacked_size import ALWAYS, MOST_TIMES, ExpansionError, check_expansion


def test_what_is_small_or_expands_as_data_do_may_be_unpacked():
    check_expansion(ALWAYS, 0)
    check_expansion(ALWAYS + MOST_TIMES * 1000, 1000)
    with pytest.raises(
        ExpansionError, match=r"33\.6 MB, packed into 0\.0 MB, .* 32 MiB and 512 times"
    ):
        check_expansion(ALWAYS + 1, 0)
    with pytest.raises(ExpansionError):
        check_expansion(ALWAYS + MOST_TIMES * 1000 + 1, 1000)
    with pytest.raises(ExpansionError, match="32 MiB and 9 times that"):
        check_expansion(ALWAYS + 9001, 1000, most_times=9)


def test_masks_that_are_nearly_empty_may_be_unpacked(tmp_path):
    """A white square of 8 x 8 in 64 x 64 pixels, anywhere: as dSprites, and more than ALWAYS."""
    corners = np.random.default_rng(0).integers(0, 56, (16_000, 2))
    masks = np.zeros((len(corners), 64, 64), "uint8")
    for mask, (row, column) in zip(masks, corners, strict=True):
        mask[row : row + 8, column : column + 8] = 1
    np.savez_compressed(tmp_path / "a.npz", masks=masks)
    packed = pathlib.Path(tmp_path / "a.npz").stat().st_size
    assert masks.nbytes > ALWAYS and 100 < masks.nbytes / packed < MOST_TIMES
    check_expansion(masks.nbytes, packed)
