"""Training that is killed while it writes and while it computes loses nothing."""

import re
import subprocess
import sys

from tests.architecture.sources import REPOSITORY


def test_survives_three_kills():
    # A process of its own: it forks, which TensorFlow allows only before it has computed anything.
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.kill_script", "--kills", "3"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    numbers = [int(n) for n in re.findall(r"\d+", done.stdout)]
    survived, _batches, _cut, left, equal, total = numbers
    assert survived == 3
    assert left == 0
    assert equal == total > 1_000_000
