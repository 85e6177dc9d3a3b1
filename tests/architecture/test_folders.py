"""Every folder of modules is a package: a wheel leaves others out, tests could share no names."""

import pytest

from tests.architecture.sources import PACKAGE, REPOSITORY


@pytest.mark.parametrize("base", [PACKAGE, REPOSITORY / "tests"], ids=["package", "tests"])
def test_folders_are_packages(base):
    folders = {path.parent for path in base.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
