"""A row that does in its process what a test asks it for, without any library."""

import os
import signal
import subprocess
import sys
import time

from benchmarks.gpu.rows import Row


def row(do, name="stand-in", library="json", limit=60, **arguments):
    """Return the row; its "library" is one that is always there."""
    arguments = {"do": do, **arguments}
    return Row(name, "tests.benchmarks.gpu.stand_in_row", library, limit, arguments)


def run(arguments, settings):
    """What the process does."""
    print("a library says hello")
    if arguments["do"] == "raise":
        raise ValueError("first line\nsecond line")
    if arguments["do"] == "crash":
        print("out of memory", file=sys.stderr)
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    if arguments["do"] == "hang":
        # A compiler that it has started ends with it.
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(f"child {child.pid}", flush=True)
        time.sleep(600)
    backend = os.environ["KERAS_BACKEND"]
    return {"status": "ok", "text": f"{settings.batch} {settings.backend} {backend}"}
