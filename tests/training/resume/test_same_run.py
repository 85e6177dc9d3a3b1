"""Whose state it is."""

import pytest

from st_keras.training.resume.same_run import as_json, check_fingerprint, check_setup


def test_fingerprints_are_compared_as_json():
    check_fingerprint(as_json({"size": (4, 4)}), {"size": [4, 4]}, "states")
    check_fingerprint(None, {"size": 1}, "states")
    check_fingerprint({"size": 1}, None, "states")
    assert as_json(None) is None


def test_names_what_differs():
    with pytest.raises(ValueError, match="in 'states': a: 1 in the state, 2 now; b: absent in the"):
        check_fingerprint({"a": 1, "c": 3}, {"a": 2, "b": [1], "c": 3}, "states")


@pytest.mark.parametrize("fingerprint", [{"a": object()}, 3])
def test_refuses_what_is_no_json(fingerprint):
    with pytest.raises(ValueError, match="a mapping of JSON values"):
        as_json(fingerprint)


def test_numbers_that_a_state_does_not_know_are_not_compared():
    check_setup({"replicas": 2}, {"replicas": 2, "steps_per_epoch": 4})


def test_refuses_another_number_of_replicas():
    check_setup({"replicas": 2}, {"replicas": 2})
    with pytest.raises(ValueError, match="a training state of replicas 2, now 1"):
        check_setup({"replicas": 2}, {"replicas": 1})
