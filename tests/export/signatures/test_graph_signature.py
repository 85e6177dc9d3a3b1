import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.signatures.checks import check
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real


@pytest.fixture
def quotient():
    """Fails on its own if the divisor is 0."""

    def checks(numbers, divisor):
        return [check(divisor != 0, "quotient", "a divisor of {}", "another", "Change.", divisor)]

    def outputs(numbers, divisor):
        return {"quotient": tf.cast(numbers, tf.int32) // divisor}

    return GraphSignature(
        "quotient", {"numbers": real(None), "divisor": integer()}, checks, outputs
    )


def test_inputs_have_their_names(quotient):
    inputs = quotient.trace().inputs
    assert [tensor.op.name for tensor in inputs] == ["numbers", "divisor"]
    assert [tensor.dtype for tensor in inputs] == [tf.float32, tf.int32]
    assert inputs[0].shape.as_list() == [None]


def test_checks_run_before_the_work(quotient):
    function = quotient.by_name(quotient.trace())
    answer = function(divisor=2, numbers=np.float32([8, 9]))
    np.testing.assert_array_equal(answer["quotient"], [4, 4])
    message = r"quotient: received a divisor of 0\. Required: another\. Change\."
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        function(divisor=0, numbers=np.float32([8]))


def test_the_checks_alone(quotient):
    quotient = dataclasses.replace(quotient, outputs=None)
    quotient.check(numbers=np.float32([8]), divisor=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"received a divisor of 0\. Required"):
        quotient.check(numbers=np.float32([8]), divisor=0)
