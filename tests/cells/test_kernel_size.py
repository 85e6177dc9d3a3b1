import pytest

from st_keras.cells.kernel_size import check_kernel_size


@pytest.mark.parametrize("given, pair", [(5, (5, 5)), ((3, 1), (3, 1)), ([1, 7], (1, 7))])
def test_pairs(given, pair):
    assert check_kernel_size("who", given) == pair


@pytest.mark.parametrize(
    "given, message",
    [
        (4, r"who: received kernel_size=4.*odd sizes"),
        ((3, 2), r"who: received kernel_size=\(3, 2\).*odd sizes"),
        ((3, 3, 3), r"who: received kernel_size=\(3, 3, 3\).*an odd int or a pair"),
        (0, r"who: received kernel_size=0.*at least 1"),
    ],
)
def test_refused(given, message):
    with pytest.raises(ValueError, match=message):
        check_kernel_size("who", given)
