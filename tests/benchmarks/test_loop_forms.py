import numpy as np

from benchmarks import loop_forms
from st_keras.layers import training_loop

TINY = "--filters=2 --layers=1 --batch=1 --frames=4 --size=8 --rounds=1".split()


def test_every_form_is_measured_and_computes_the_same(capsys, monkeypatch):
    forms = {name: loop_forms.FORMS[name] for name in list(loop_forms.FORMS)[::4]}
    monkeypatch.setattr(loop_forms, "FORMS", forms)
    before = training_loop.STEPS_PER_SEGMENT, training_loop.UNROLLED_STEPS
    assert loop_forms.main(TINY) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith(tuple(forms))]
    assert len(rows) == 2
    losses = [float(row.split()[-1]) for row in rows]
    np.testing.assert_allclose(*losses, rtol=1e-5)
    assert (training_loop.STEPS_PER_SEGMENT, training_loop.UNROLLED_STEPS) == before
