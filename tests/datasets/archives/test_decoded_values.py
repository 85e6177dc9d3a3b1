import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from st_keras.datasets.archives.decoded_values import DecodedValues


@given(
    codes=hnp.arrays(st.sampled_from(["uint8", "int16", "float32"]), (2, 3), elements=st.just(0))
    | hnp.arrays("uint8", (2, 3)),
    missing=st.sets(st.integers(0, 255), max_size=2),
    replaced=st.dictionaries(st.integers(0, 255), st.floats(-5, 5, width=32), max_size=2),
    index=st.sampled_from([..., 0, (1, 2), (slice(None), 1), slice(1, 1)]),
)
def test_each_code_is_decoded_by_itself(codes, missing, replaced, index):
    values = DecodedValues(codes, 0.5, -32, tuple(missing), replaced)
    assert values.shape == (2, 3) and values.dtype == np.float32

    def decode(code):
        if code in missing:
            return np.nan
        return replaced.get(code, 0.5 * float(code) - 32)

    expected = np.array([[decode(code) for code in row] for row in codes.tolist()], "float32")
    found = values[index]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected[index])


def test_the_product_is_one_of_wide_floats():
    codes = np.array([32767, -32768], "int16")
    assert DecodedValues(codes, 100.0)[:].tolist() == [3276700, -3276800]
    large = np.array([2**31 - 1], "int32")
    assert DecodedValues(large, dtype="float64")[:].tolist() == [2**31 - 1]
