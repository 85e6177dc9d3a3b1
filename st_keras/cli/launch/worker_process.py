"""One worker of `launch`, which ends when `launch` is gone, however that ended."""

import os
import signal
import sys
import threading
import time

_POLL_SECONDS = 0.5


def end_with(launcher):
    """Kill this process soon after its parent has ended.

    A parent that is killed cannot tell its children; they would train on, unseen. Linux could send
    them a signal, but only if it is asked for between fork and exec, where threads do harm. What
    is killed goes on with `--resume`: its files are written whole or not at all.

    Args:
        launcher: int, the id of the process that started this one. One that is not the parent of
            this process any more counts as ended.
    """
    # Elsewhere a virtual environment's Python may be a process between the two.
    if os.name == "posix":
        threading.Thread(target=_watch, args=(launcher,), daemon=True).start()


def _watch(launcher):
    while os.getppid() == launcher:
        time.sleep(_POLL_SECONDS)
    # TensorFlow's workers catch SIGTERM, and stay.
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))

    from st_keras.cli.main import main

    sys.exit(main(sys.argv[2:]))
