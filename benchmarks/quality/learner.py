"""One who learns, in a process of its own: it works for some seconds when told to, and is scored.

    python -m benchmarks.quality.learner '{"by": "fast", "minutes": 10, "seed": 0, ...}'

Each line of its input is a number of seconds to work for; each line of its output is JSON:
{"seconds": worked so far, "updates": of the weights, "mse": on the test sequences}.
"""

import importlib
import json
import os
import sys
import time

import numpy as np

STAND_IN = "stand-in"
FRAMES, CONTEXT = 20, 10


class Clock:
    """Seconds of work, as `time.perf_counter` counts them."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self, work):
        """Work, and return what comes of it."""
        begin = time.perf_counter()
        found = work()
        self.seconds += time.perf_counter() - begin
        return found


def learn(asked, lines, say):
    """Make a learner, and let it learn by turns.

    Args:
        asked: dict: "by", the name of a recipe or `STAND_IN`; "minutes", "seed", "data",
            "test_sequences", "filters", "kernel_size", "patch_size".
        lines: iterable of str, seconds of each turn.
        say: function of a dict.
    """
    module = "stand_in" if asked["by"] == STAND_IN else "ours"
    clock = Clock()
    prepare = importlib.import_module(f"benchmarks.quality.{module}").prepare
    learner = clock(lambda: prepare(asked))
    test = learner.test_sequences(asked["test_sequences"])
    for line in lines:
        until = clock.seconds + float(line)
        while clock.seconds < until:
            clock(learner.update)
        forecast = learner.forecast(test[:, :CONTEXT])
        error = np.square(np.asarray(forecast, "float64") - test[:, CONTEXT:])
        mse = float(error.sum(axis=(2, 3, 4)).mean())
        say({"seconds": clock.seconds, "updates": learner.updates, "mse": mse})


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # What libraries print must not come among the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    learn(
        json.loads(sys.argv[1]),
        sys.stdin,
        lambda found: print(json.dumps(found), file=answers, flush=True),
    )
