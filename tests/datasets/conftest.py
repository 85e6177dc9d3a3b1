"""Real data, where the folder beside the repository exists."""

import pathlib

import pytest

DATA = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture
def data_file():
    """Function from a file name to its path; skips the test where there is no such file."""

    def find(name):
        path = DATA / name
        if not path.is_file():
            pytest.skip(f"needs {name} in the data folder ../shared/data beside the repository")
        return path

    return find
