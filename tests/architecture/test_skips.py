"""What README's test command skips for want of a package, CI runs: else nobody would."""

import re

import pytest

from tests.architecture.sources import REPOSITORY

# The extra [test], which README's command installs, has all other optional packages.
OTHERS = re.compile(
    r"\[(torch|jax|radar|ray)\\?\]|pip install (torch|s3fs)"
    r"|importorskip\(\s*[\"'](torch|lpips|jax|safetensors|s3fs|moto|netCDF4|ray|pysteps|cv2|cfgrib|eccodes|scores)"
)
SKIPS = re.compile(r"importorskip|pytest\.skip|skipif")
RUN = (REPOSITORY / ".ci" / "run").read_text()
HERE = REPOSITORY / "tests" / "architecture"
FILES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for path in (REPOSITORY / "tests").rglob("test_*.py")
    if HERE not in path.parents
    and SKIPS.search(path.read_text())
    and OTHERS.search(path.read_text())
)


@pytest.mark.parametrize("file", FILES)
def test_ci_names_what_needs_a_package_that_is_not_in_test(file):
    assert file in RUN.split()


def test_the_files_are_found_and_all_that_ci_names_are_there():
    assert len(FILES) > 10
    named = re.findall(r"tests/\S+\.py", RUN.split("pip install -e", 1)[1])
    assert named and [file for file in named if not (REPOSITORY / file).is_file()] == []
