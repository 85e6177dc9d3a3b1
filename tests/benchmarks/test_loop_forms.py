import numpy as np
import pytest

from benchmarks import loop_forms
from st_keras.models import PredRNN

TINY = "--filters=2 --layers=1 --batch=1 --frames=4 --size=8 --rounds=1".split()


@pytest.mark.long
def test_every_form_is_measured_and_computes_the_same(capsys, monkeypatch):
    forms = {name: loop_forms.FORMS[name] for name in ("while loop", "unrolled")}
    monkeypatch.setattr(loop_forms, "FORMS", forms)
    assert loop_forms.main(TINY) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split(" | ") for line in lines if line[2:].startswith(tuple(forms))]
    assert len(rows) == 2
    np.testing.assert_allclose(*(float(row[-1].strip(" |")) for row in rows), rtol=1e-5)
    assert all(float(row[3]) > 0 and float(row[4]) > 0 for row in rows)  # first call, peak


def test_unrolled_inside_alone():
    rnn = PredRNN((4,)).rnn
    with loop_forms.unrolled(loop_forms.UNROLLED):
        assert rnn.unroll
    with loop_forms.unrolled("while loop"):
        assert not rnn.unroll
    assert not rnn.unroll
