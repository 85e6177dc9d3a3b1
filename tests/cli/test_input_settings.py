"""What is said of missing pixels and other inputs."""

import pytest

from st_keras.cli.input_settings import Inputs


def test_names_and_futures():
    said = Inputs(targets="rain,snow", future_inputs="height=held,hour=known")
    assert said.target_names() == ("rain", "snow")
    assert said.futures() == {"height": "held", "hour": "known"}
    assert Inputs().target_names() is None and Inputs().futures() is None


@pytest.mark.parametrize("text", ["height", "=held", "height=", "a=held,b"])
def test_futures_that_are_none(text):
    with pytest.raises(ValueError, match=r"--future-inputs: .*NAME=known.*Pass for example"):
        Inputs(future_inputs=text).futures()
