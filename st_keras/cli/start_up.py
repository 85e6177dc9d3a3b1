"""TensorFlow is started without its lines on standard error, unless they are asked for."""

import contextlib
import importlib
import os
import subprocess
import sys

LEVEL = "TF_CPP_MIN_LOG_LEVEL"  # what TensorFlow says, and hands on to processes it starts
QUIET, LOUD = "3", "0"
_DONE = b"\0"
# Only a process that outlives this one can tell what was said before TensorFlow aborted.
_RELAY = (
    "import sys; said = sys.stdin.buffer.read(); "
    f"said.endswith({_DONE!r}) or sys.stderr.buffer.write(said)"
)


def set_level(verbose=False):
    """Say for this process, and those it starts, whether TensorFlow's own lines are shown.

    Args:
        verbose: bool. Show them. Default False: only where the environment variable
            TF_CPP_MIN_LOG_LEVEL, which this sets, asks for it already.
    """
    if verbose:
        os.environ[LEVEL] = LOUD
    else:
        os.environ.setdefault(LEVEL, QUIET)


def start_keras():
    """Import Keras, and TensorFlow with it.

    While it is imported TensorFlow has lines that no level hides: all that is written to standard
    error meanwhile, warnings of Python too, is shown only if the import fails.
    """
    hidden = os.environ.get(LEVEL) == QUIET and "tensorflow" not in sys.modules
    with _shown_on_failure() if hidden else contextlib.nullcontext():
        importlib.import_module("keras")


@contextlib.contextmanager
def _shown_on_failure():
    """Keep back what is written to standard error, also by C++; show it if the block fails."""
    try:
        before = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    relay = subprocess.Popen(  # noqa: S603  (our own command line)
        [sys.executable, "-I", "-S", "-c", _RELAY],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is not for the relay
    )
    os.dup2(relay.stdin.fileno(), 2)
    try:
        yield
        os.write(2, _DONE)
    finally:
        os.dup2(before, 2)
        os.close(before)
        relay.stdin.close()
        relay.wait()
