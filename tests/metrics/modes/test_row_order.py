import numpy as np

from st_keras.metrics.modes.row_order import row_order
from tests.metrics.modes.clouds import shuffled


def test_sorts_as_python_sorts_tuples():
    rows = np.random.default_rng(0).integers(0, 3, (50, 4)).astype(float)
    assert rows[row_order(rows)].tolist() == sorted(rows.tolist())


def test_any_order_of_the_rows_gives_the_same_rows():
    rows = np.random.default_rng(1).normal(size=(30, 2))
    (other,) = shuffled(rows)
    assert (other != rows).any()
    assert (other[row_order(other)] == rows[row_order(rows)]).all()


def test_one_column():
    assert row_order([[3.0], [1.0], [2.0]]).tolist() == [1, 2, 0]
