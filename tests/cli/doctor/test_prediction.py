"""Prediction from two small batches, with probes that follow a known line."""

import pytest

from st_keras.cli.doctor.prediction import alternatives, predict, verify
from st_keras.cli.doctor.probe import ProbeResult
from st_keras.cli.doctor.probe_request import ProbeRequest
from st_keras.validation import error

MIB = 2**20
REQUEST = ProbeRequest("predrnn", 8, 4, (8, 8, 1), {"filters": (4,)}, precision="float32")


class Line:
    """A machine whose peak is a line in the batch; remembers what it was asked."""

    def __init__(self, fixed=600 * MIB, sample=50 * MIB):
        self.fixed, self.sample, self.asked = fixed, sample, []

    def __call__(self, request):
        self.asked.append(request)
        narrow = request.precision == "mixed_bfloat16"
        sample = self.sample // 2 if narrow else self.sample
        sample = sample // 4 if request.settings.get("remat") else sample
        peak = self.fixed + sample * request.batch_size
        return ProbeResult(peak, self.fixed, 2.0, (0.5, 0.7, 0.6), 99, "CPU")


def said(lines=None):
    return (lines if lines is not None else []).append


@pytest.mark.parametrize("batch, small", [(8, [1, 3]), (3, [1, 3]), (2, [1, 2]), (1, [1, 2])])
def test_which_batches_are_measured(batch, small):
    line, lines = Line(), []
    found = predict(REQUEST.replace(batch_size=batch), 2000 * MIB, said(lines), line)
    assert [request.batch_size for request in line.asked] == small
    assert len(lines) == 2
    assert found["predicted_bytes"] == pytest.approx((600 + 50 * batch) * MIB)
    assert [entry["batch_size"] for entry in found["measured"]] == small
    assert found["measured"][0]["step_seconds"] == 0.6


def test_largest_batch_and_whether_it_fits():
    found = predict(REQUEST, 2000 * MIB, said(), Line())
    assert (found["largest_batch"], found["fits"], found["parameters"]) == (24, True, 99)
    assert predict(REQUEST.replace(batch_size=25), 2000 * MIB, said(), Line())["fits"] is False
    unknown = predict(REQUEST, None, said(), Line())
    assert unknown["fits"] is unknown["largest_batch"] is None


def test_verify():
    line = Line()
    found = predict(REQUEST, 2000 * MIB, said(), line)
    line.fixed += 100 * MIB
    verify(REQUEST, found, said(), line)
    assert line.asked[-1] == REQUEST
    assert found["verified"]["predicted_to_measured"] == pytest.approx(1000 / 1100)


def test_what_does_not_fit_is_not_run():
    line = Line()
    found = predict(REQUEST, 500 * MIB, said(), line)
    verify(REQUEST, found, said(), line)
    assert found["verified"] is None
    assert len(line.asked) == 2


def test_alternatives_are_measured_too():
    found = alternatives(REQUEST, 900 * MIB, said(), Line())
    narrow = found["--precision mixed_bfloat16"]
    assert narrow["predicted_bytes"] == pytest.approx(800 * MIB)
    assert narrow["fits"] is True
    assert set(found) == {"--precision mixed_bfloat16", "--remat step"}
    for other in found.values():
        assert other["sample_bytes"] < 50 * MIB


def test_an_alternative_that_fails_is_said_and_the_others_are_measured():
    class Refusing(Line):
        def __call__(self, request):
            if request.settings.get("remat"):
                raise error("PredRNN", "remat='step'", "none", "Leave it out.")
            return super().__call__(request)

    found = alternatives(REQUEST, 900 * MIB, said(), Refusing())
    assert found["--remat step"]["failed"].startswith("PredRNN: received remat='step'")
    assert found["--precision mixed_bfloat16"]["fits"] is True


def test_no_alternative_to_what_is_narrow_already():
    request = REQUEST.replace(precision="mixed_bfloat16")
    assert set(alternatives(request, MIB, said(), Line())) == {"--remat step"}
    request = request.replace(settings={"filters": (4,), "remat": "step"})
    assert alternatives(request, MIB, said(), Line()) == {}
    assert alternatives(request.replace(kind="saved"), MIB, said(), Line()) == {}
