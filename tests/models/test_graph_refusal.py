import pytest
import tensorflow as tf

from st_keras.models.graph_refusal import refusal_in, refuse_unless
from st_keras.validation import InputError, error

PARTS = ("SlowVAE.fit", "pixels from 0 to 255", "pixels in [0, 1]", "Use likelihood='gaussian'.")


@pytest.mark.parametrize("eager", [False, True])
def test_the_message_is_that_of_an_error(eager):
    def check(received):
        refuse_unless(tf.strings.length(received) < 3, PARTS[0], received, *PARTS[2:])

    check = check if eager else tf.function(check)
    check(tf.constant("no"))
    with pytest.raises(tf.errors.InvalidArgumentError) as failure:
        check(tf.constant(PARTS[1]))
    refusal = refusal_in(failure.value)
    assert isinstance(refusal, InputError)
    assert str(refusal) == str(error(*PARTS))


def test_another_error():
    assert refusal_in(ValueError("Incompatible shapes")) is None
