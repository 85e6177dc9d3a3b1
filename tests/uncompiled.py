"""Tests of what surrounds a model, not of its speed: a few steps are quicker than their tracing.

That the compiled steps are the same ones is what `tests/training/test_forecaster_fit.py` checks,
with the golden tests and `tests/integration/test_command_line.py`.
"""

import pytest

# What tf.data says of the switch that the fixture turns.
ABOUT_EAGER = r"ignore:Even though the `tf.config.experimental_run_functions_eagerly`"
UNCOMPILED = [pytest.mark.usefixtures("uncompiled"), pytest.mark.filterwarnings(ABOUT_EAGER)]


def uncompiled(test):
    """Mark one test so."""
    for mark in UNCOMPILED:
        test = mark(test)
    return test
