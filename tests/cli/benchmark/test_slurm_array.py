"""The script of a job array, and its line under bash."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from st_keras.cli.benchmark.results import gather
from st_keras.cli.benchmark.run_state import read_state
from st_keras.cli.benchmark.slurm_array import ranges, write_array
from st_keras.cli.benchmark.suite import read_suite
from st_keras.cli.benchmark.suite_folder import open_suite_folder
from tests.cli.benchmark.conftest import SUITE, TINY


def test_the_script(suite, in_folder):
    path = write_array(suite, [0, 1, 3], jobs=2, cores=4, gpus=1)
    text = path.read_text()
    assert path == suite.out / "array.sh" and os.access(path, os.X_OK)
    for line in (
        "--array=0-1,3%2",
        "--cpus-per-task=4",
        "--gres=gpu:1",
        "--signal=B:TERM@120",
        f"--output={in_folder}/suite/slurm-%a.log",
    ):
        assert f"#SBATCH {line}\n" in text
    assert text.splitlines()[-2:] == [
        f"cd {in_folder} || exit 1",
        f"exec {sys.executable} -m st_keras.cli.main benchmark suite.yaml --out suite "
        f'--of {suite.fingerprint} --only "$SLURM_ARRAY_TASK_ID"',
    ]
    plain = write_array(suite, [2]).read_text()
    assert "#SBATCH --array=2\n" in plain and not re.search("cpus|gres", plain)


def test_paths_with_spaces_and_percent_signs(in_folder):
    (in_folder / "my suite.yaml").write_text(SUITE)
    path = write_array(read_suite("my suite.yaml", "50%a of it's"), [0])
    options = [
        shlex.split(line.removeprefix("#SBATCH "))
        for line in path.read_text().splitlines()
        if line.startswith("#SBATCH ")
    ]
    assert all(len(words) == 1 for words in options)
    assert ["--job-name=my suite"] in options
    assert [f"--output={in_folder}/50%%a of it's/slurm-%a.log"] in options


@pytest.mark.parametrize(
    ("numbers", "text"), [([3], "3"), ([2, 1, 0], "0-2"), ([0, 2, 3, 9], "0,2-3,9")]
)
def test_ranges(numbers, text):
    assert ranges(numbers) == text


def in_job(script, index, **replaced):
    """Run a script as SLURM does; return status and output."""
    for old, new in replaced.items():
        assert old in script
        script = script.replace(old, new)
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": str(index)}
    keywords = {"env": environment, "cwd": "/", "capture_output": True, "text": True}
    done = subprocess.run(["bash", "-c", script], check=False, **keywords)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_line_carries_out_one_run(suite, stand_in, in_folder, run):
    open_suite_folder(suite)
    script = write_array(suite, [0, 1, 2, 3]).read_text()
    # What Python is told in the job.
    told = in_job(script, 2, exec="pwd && printf '%s\\n'").splitlines()
    assert told[:4] == [str(in_folder), sys.executable, "-m", "st_keras.cli.main"]
    status, out, _ = run(*told[4:])
    assert status == 0 and "plain, digits, seed 0: finished" in out
    assert stand_in() == ["train plain seed-0", "evaluate plain seed-0"]
    assert [read_state(each) is not None for each in suite.runs] == [False, False, True, False]


@pytest.mark.long
def test_its_line_as_it_stands(suite, in_folder):
    text = SUITE.replace("steps: 5, batch: 4", TINY).replace("sequences: 8", "sequences: 2")
    (in_folder / "suite.yaml").write_text(text)
    suite = read_suite("suite.yaml")
    open_suite_folder(suite)
    assert "plain, digits, seed 1: finished" in in_job(write_array(suite, [3]).read_text(), 3)
    assert list(gather(suite).scores) == [suite.runs[3]]
