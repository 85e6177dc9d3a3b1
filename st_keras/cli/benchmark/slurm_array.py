"""The engine SLURM: a script whose array has one index for each run, and what to do with it."""

import os
import shlex
import sys

from st_keras.cli.whole_file import written_whole

SCRIPT = "array.sh"


def write_array(suite, numbers, jobs=None, cores=None, gpus=0):
    """Write the script of a job array that carries out runs.

    Args:
        suite: `Suite`.
        numbers: list of int, which of its runs.
        jobs: int or None, at most so many at once.
        cores, gpus: int, of each run; None and 0: as SLURM gives them.

    Returns:
        pathlib.Path of the script.
    """
    # SLURM reads the quotes of a shell; in file names it replaces what follows a single %.
    out = os.path.abspath(suite.out).replace("%", "%%")
    lines = [
        "#!/bin/bash",
        f"#SBATCH --job-name={shlex.quote(suite.path.stem)}",
        f"#SBATCH --array={ranges(numbers)}{f'%{jobs}' if jobs else ''}",
        f"#SBATCH --output={shlex.quote(out + '/slurm-%a.log')}",
        "#SBATCH --open-mode=append",
        # Heard by st-keras, which takes the place of this shell: training keeps what it has.
        "#SBATCH --signal=B:TERM@120",
        "#SBATCH --requeue",
    ]
    if cores:
        lines.append(f"#SBATCH --cpus-per-task={cores}")
    if gpus:
        lines.append(f"#SBATCH --gres=gpu:{gpus}")
    command = [sys.executable, "-m", "st_keras.cli.main", "benchmark", str(suite.path)]
    command += ["--out", str(suite.out), "--of", suite.fingerprint]
    lines += [
        "# Flags of sbatch, such as --partition, --account and --time, go beside its name.",
        f"cd {shlex.quote(os.getcwd())} || exit 1",
        f'exec {shlex.join(command)} --only "$SLURM_ARRAY_TASK_ID"',
    ]
    with written_whole(suite.out / SCRIPT) as unfinished:
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
        unfinished.chmod(0o755)
    return suite.out / SCRIPT


def ranges(numbers):
    """Return numbers as SLURM writes them.

    Example:

    >>> ranges([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    parts = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in parts)
