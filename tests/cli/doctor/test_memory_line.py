"""The line through measured peaks."""

import pytest

from st_keras.cli.doctor.memory_line import MemoryLine, fitted_line


def test_a_line_is_found_again():
    line = fitted_line({batch: 5e8 + 3e7 * batch for batch in (1, 3)})
    assert line.fixed_bytes == pytest.approx(5e8)
    assert line.sample_bytes == pytest.approx(3e7)
    assert line.at(8) == pytest.approx(7.4e8)


def test_least_squares_of_three():
    line = fitted_line({1: 10.0, 2: 13.0, 3: 13.0})
    assert (line.sample_bytes, line.at(2)) == pytest.approx((1.5, 12.0))


def test_largest_batch_keeps_the_margin():
    line = MemoryLine(600.0, 100.0)
    for available in (1000.0, 1111.0, 1112.0, 5000.0):
        batch = line.largest_batch(available, margin=0.1)
        assert line.at(batch) <= 0.9 * available < line.at(batch + 1)
    assert line.largest_batch(700.0) == 0
    assert line.largest_batch(100.0) == 0


def test_samples_that_cost_nothing_set_no_limit():
    line = fitted_line({1: 600.0, 3: 590.0})
    assert line.sample_bytes == 0.0
    assert line.largest_batch(1000.0) is None
    assert line.largest_batch(100.0) == 0


def test_one_batch_is_no_line():
    with pytest.raises(ValueError, match=r"received the peaks of 1 batch size.*at least two"):
        fitted_line({4: 1.0})
