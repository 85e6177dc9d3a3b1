"""Every source file has its test file; every folder of tests is a package."""

import pytest

from tests.architecture.sources import FILES, REPOSITORY


@pytest.mark.parametrize("file", [f for f in FILES if not f.name.startswith("__")], ids=str)
def test_source_file_has_a_test_file(file):
    if file.name == "version.py":  # a constant; test_public_names checks it
        return
    mirror = REPOSITORY.joinpath("tests", *file.parts[1:-1], f"test_{file.name}")
    assert mirror.is_file()


def test_folders_of_tests_are_packages():
    folders = {path.parent for path in (REPOSITORY / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
