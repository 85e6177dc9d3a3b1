"""What is read of frames with missing pixels, against loops over steps and pixels."""

import numpy as np
import pytest

from st_keras.models.known_pixels import holds_scan, known_after, read_pixels

SHAPE = B, T, H, W, C = 3, 6, 2, 3, 2
RNG = np.random.default_rng(0)
VALID = RNG.random(SHAPE) > 0.6
VALID[0, 2] = VALID[1, 0] = VALID[2] = False
OBSERVED = np.float32([[1, 0, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 0, 1]])
BEFORE = RNG.random((B, H, W, C)) > 0.5


def expected(known):
    """Step by step: (flags, what is read, what is known after each step)."""
    known = np.zeros((B, H, W, C), bool) if known is None else known.copy()
    flags, read, after = np.zeros((B, T)), np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    for b in range(B):
        for t in range(T):
            flags[b, t] = OBSERVED[b, t] and VALID[b, t].any()
            read[b, t] = VALID[b, t] if flags[b, t] else known[b]
            if flags[b, t]:
                known[b] |= VALID[b, t]
            after[b, t] = known[b]
    return flags, read, after


@pytest.mark.parametrize("known", [None, BEFORE], ids=["from nothing", "from a state"])
def test_step_by_step(known):
    flags, read, after = expected(known)
    found_flags, found = read_pixels(VALID, OBSERVED, known)
    np.testing.assert_array_equal(found_flags, flags)
    np.testing.assert_array_equal(found, read)
    np.testing.assert_array_equal(known_after(VALID, found_flags, known), after)
    np.testing.assert_array_equal(known_after(VALID, OBSERVED, known), after)


def test_scans():
    np.testing.assert_array_equal(holds_scan(VALID), VALID.any(axis=(2, 3, 4)))
    assert not np.asarray(holds_scan(VALID))[2].any()


def test_what_is_not_observed_is_not_known():
    changed = VALID.copy()
    changed[OBSERVED == 0] ^= True
    for one, two in zip(read_pixels(VALID, OBSERVED), read_pixels(changed, OBSERVED), strict=True):
        np.testing.assert_array_equal(one, two)
