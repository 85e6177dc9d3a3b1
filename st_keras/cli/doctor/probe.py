"""Run a few training steps in a process of their own, and say what memory and time they took.

The process is new for each measurement, because a peak never goes down, and because one that is
killed for memory then takes nothing with it.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import keras
import tensorflow as tf

from st_keras.cli.doctor.memory import peak_bytes, resident_bytes
from st_keras.cli.doctor.probe_request import ProbeRequest
from st_keras.cli.doctor.probed_model import training_step
from st_keras.cli.launch.worker_process import end_with
from st_keras.validation import InputError, error

_REFUSED = "refused"
_WHERE = "st-keras doctor"


@dataclasses.dataclass(frozen=True)
class ProbeResult:
    """What a few training steps took.

    Args:
        peak_bytes: int, of the process; on a GPU of the memory there.
        base_bytes: int, the same before the first step: libraries and weights.
        first_seconds: float, of the first step, which traces and compiles.
        seconds: tuple of floats, of each later step.
        parameters: int, of the model.
        device: "CPU" or "GPU", whose memory it is.
    """

    peak_bytes: int
    base_bytes: int
    first_seconds: float
    seconds: tuple
    parameters: int
    device: str

    @property
    def step_seconds(self):
        """Median of the later steps."""
        return statistics.median(self.seconds)


def probe(request):
    """Measure a request in a new process.

    Args:
        request: `ProbeRequest`.

    Returns:
        `ProbeResult`.

    Raises:
        ValueError: if the model refuses its settings, or the process ends without an answer, for
            example because memory ran out.
    """
    done = subprocess.run(  # noqa: S603  (our own command line)
        [sys.executable, "-m", "st_keras.cli.doctor.probe", str(os.getpid())],
        input=request.to_json(),
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
    )
    answer = _answer(done.stdout) if done.returncode == 0 else None
    if answer is None:
        raise error(
            _WHERE,
            f"no answer from the probe of {request.describe()}; it {_ended(done)}",
            "a training step that runs here, within the memory of this machine",
            "Try a smaller --batch-size, fewer --frames, or --precision mixed_bfloat16.",
        )
    if _REFUSED in answer:
        raise InputError(answer[_REFUSED])
    return ProbeResult(**{**answer, "seconds": tuple(answer["seconds"])})


def measure(request):
    """Run the steps of a request in this process.

    Args:
        request: `ProbeRequest`.

    Returns:
        `ProbeResult`, whose peak is that of the whole process.
    """
    device = "GPU" if allow_gpu_growth() else "CPU"
    keras.utils.set_random_seed(0)
    model, step = training_step(request)
    base, seconds = _used(device), []
    for _ in range(request.steps):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    parameters = model.count_params()
    return ProbeResult(
        _used(device, "peak"), base, seconds[0], tuple(seconds[1:]), parameters, device
    )


def allow_gpu_growth():
    """Let TensorFlow take of its GPUs what it needs and not all; return the GPUs."""
    found = tf.config.list_physical_devices("GPU")
    for gpu in found:
        with contextlib.suppress(RuntimeError):  # they are in use already
            tf.config.experimental.set_memory_growth(gpu, True)
    return found


def main():
    """Answer the request on standard input with one line of JSON on standard output."""
    with contextlib.suppress(OSError):
        # Where memory runs out, Linux is to end this process and not the one that asked.
        pathlib.Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        answer = dataclasses.asdict(measure(ProbeRequest.from_json(sys.stdin.read())))
    except InputError as refusal:
        answer = {_REFUSED: str(refusal)}
    print("\n" + json.dumps(answer))


def _used(device, which="current"):
    if device == "GPU":
        return tf.config.experimental.get_memory_info("GPU:0")[which]
    return peak_bytes() if which == "peak" else resident_bytes()


def _answer(output):
    try:
        return json.loads(output.strip().splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        return None


def _ended(done):
    if done.returncode < 0:
        cause = ", as it is when memory runs out" if done.returncode in (-9, -6) else ""
        return f"was ended by signal {-done.returncode}{cause}"
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    # Keras adds lines of its own to the message, which say less.
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b.*:", line)]
    last = (named or lines)[-1:]
    return f"ended with status {done.returncode}" + (f" ({last[0][:300]})" if last else "")


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    main()
