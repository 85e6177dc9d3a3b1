"""Every folder of tests is a package."""

from tests.architecture.sources import REPOSITORY


def test_folders_of_tests_are_packages():
    folders = {path.parent for path in (REPOSITORY / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
