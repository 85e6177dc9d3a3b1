"""A probe measures in a process of its own, and says what became of it."""

import io
import subprocess
import sys

import pytest

from st_keras.cli.doctor import probe as module
from st_keras.cli.doctor.probe import ProbeResult, allow_gpu_growth, measure, probe
from st_keras.cli.doctor.probe_request import ProbeRequest

TINY = {"filters": (4,), "kernel_size": 3, "patch_size": 4}
REQUEST = ProbeRequest("predrnn", 2, 4, (8, 8, 1), TINY)


@pytest.mark.long
def test_a_real_probe():
    result = probe(REQUEST)
    assert result.peak_bytes >= result.base_bytes > 50 * 2**20
    assert result.first_seconds > result.step_seconds > 0
    assert len(result.seconds) == REQUEST.steps - 1
    assert result.parameters > 0
    assert result.device in ("CPU", "GPU")


def test_the_same_in_this_process():
    result = measure(REQUEST.replace(steps=2))
    assert (len(result.seconds), result.device) == (1, "GPU" if allow_gpu_growth() else "CPU")


def test_median_of_the_steps():
    assert ProbeResult(2, 1, 9.0, (1.0, 5.0, 2.0), 7, "CPU").step_seconds == 2.0


def ending(monkeypatch, code):
    """Let the probe be another program."""
    run = subprocess.run

    def run_code(command, **arguments):
        return run([sys.executable, "-c", code], **arguments)

    monkeypatch.setattr(module.subprocess, "run", run_code)


def test_killed_for_memory(monkeypatch):
    ending(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    message = (
        r"no answer from the probe of batch 2: sequences of 4 frames, 8x8x1, float32; it was ended "
        r"by signal 9, as it is when memory runs out\. Required: a training step that runs here, "
        r"within the memory of this machine\. Try a smaller --batch-size"
    )
    with pytest.raises(ValueError, match=message):
        probe(REQUEST)


def test_failed(monkeypatch):
    ending(monkeypatch, "raise MemoryError('no room\\n\\n Arguments: training')")
    with pytest.raises(ValueError, match=r"it ended with status 1 \(MemoryError: no room\)"):
        probe(REQUEST)


def test_no_answer(monkeypatch):
    ending(monkeypatch, "print('not JSON')")
    with pytest.raises(ValueError, match="it ended with status 0"):
        probe(REQUEST)


@pytest.mark.long
def test_out_of_memory_in_earnest():
    # More than can be addressed, so that no setting of the system lets anyone try.
    with pytest.raises(ValueError, match="no answer from the probe"):
        probe(REQUEST.replace(batch_size=2**30, frames=2**20))


def answer(monkeypatch, capsys, text):
    """What the process of a probe would print; nothing is done to this one."""
    monkeypatch.setattr(module.sys, "stdin", io.StringIO(text))
    monkeypatch.setattr(module.pathlib.Path, "write_text", lambda self, text: None)
    module.main()
    return capsys.readouterr().out


def test_the_answer_is_one_line_of_json(monkeypatch, capsys):
    result = ProbeResult(2, 1, 1.0, (0.5, 0.25), 3, "CPU")
    monkeypatch.setattr(module, "measure", lambda request: result if request == REQUEST else None)
    output = answer(monkeypatch, capsys, REQUEST.to_json())
    ending(monkeypatch, f"print({output!r})")
    assert probe(REQUEST) == result


def test_a_refusal_comes_back_as_it_is(monkeypatch, capsys):
    output = answer(monkeypatch, capsys, REQUEST.replace(image_shape=(10, 8, 1)).to_json())
    ending(monkeypatch, f"print({output!r})")
    with pytest.raises(ValueError, match=r"^PredRNN: received H=10 with patch_size=4\. Required"):
        probe(REQUEST)
