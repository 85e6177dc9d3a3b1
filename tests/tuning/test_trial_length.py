"""How long a trial trains, in one go and in the rounds of a Hyperband."""

import keras
import keras_tuner
import pytest

from st_keras.training import StepLimit
from st_keras.tuning.trial_length import TrialLength, check_size

ROUND = {"tuner/epochs": 9, "tuner/initial_epoch": 3}


def test_a_whole_trial_ends_at_its_last_batch():
    length = TrialLength("s", steps=10, reports=4)
    arguments = length.fit_arguments({}, {"verbose": 0, "callbacks": ["mine"]})
    limit = arguments["callbacks"].pop()
    assert isinstance(limit, StepLimit) and limit.steps == 10
    assert arguments == {
        **{"epochs": 4, "steps_per_epoch": 3, "shuffle": False, "verbose": 0},
        "callbacks": ["mine"],
    }


def test_a_round_trains_its_own_part():
    length = TrialLength("s", steps=90, reports=9)
    assert (length.batches({}), length.batches(ROUND)) == (90, 60)
    given = {"epochs": 9, "initial_epoch": 3}
    arguments = length.fit_arguments(ROUND, given)
    assert arguments == {**given, "steps_per_epoch": 10, "shuffle": False, "callbacks": []}


def test_no_more_reports_than_batches():
    assert TrialLength("s", steps=2, reports=4).reports == 2


@pytest.mark.parametrize("name", ["steps", "reports"])
def test_refused(name):
    with pytest.raises(ValueError, match=f"s: received {name}=0. Required: an int of at least 1"):
        TrialLength("s", **{"steps": 1, "reports": 1, name: 0})


def test_a_model_that_is_too_large_is_a_failed_trial():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    check_size(model, 8)
    check_size(model, None)
    with pytest.raises(keras_tuner.errors.FailedTrialError, match="8 parameters, more than max_p"):
        check_size(model, 7)
