import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from st_keras.plots import traversal_codes


@given(size=st.integers(1, 6), steps=st.integers(1, 5), seed=st.integers(0, 99), data=st.data())
def test_only_the_moved_latent_differs(size, steps, seed, data):
    rng = np.random.default_rng(seed)
    code, values = rng.normal(size=size), rng.normal(size=steps)
    chosen = st.lists(st.integers(-size, size - 1), min_size=1, max_size=8)
    latents = data.draw(st.none() | chosen)
    kept = code.copy()
    codes = traversal_codes(code, values, latents)
    rows = range(size) if latents is None else latents
    assert codes.shape == (len(rows), steps, size)
    for i, latent in enumerate(rows):
        for j, value in enumerate(values):
            expected = code.copy()
            expected[latent] = value
            assert codes[i, j].tolist() == expected.tolist()
    assert (code == kept).all()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([[1.0]], [0.0]), r"traversal_codes: received code of shape \(1, 1\), rank 2"),
        (([1.0], 3.0), r"values of shape \(\), rank 0"),
        (([], [0.0]), r"code of shape \(0,\), empty"),
        (([1.0], [np.nan]), r"values with 1 of 1 values NaN"),
        (([1.0, 2.0], [0.0], [2]), r"latents=\[2\] for a code of 2 latents.*-2 to 1, not empty"),
        (([1.0], [0.0], [-2]), r"latents=\[-2\]"),
        (([1.0], [0.0], []), r"latents=\[\].*Pass latents=None"),
        (([1.0], [0.0], [0.0]), r"latents=\[0.0\].*a list of integers"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        traversal_codes(*arguments)
