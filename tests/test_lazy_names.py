"""Public names that are imported when first used."""

import pytest

import st_keras.datasets
from st_keras.lazy_names import lazy_names


def test_names_are_found_where_they_are_defined():
    get, names, public = lazy_names("email", {"mime.text": ["MIMEText"], "utils": ["quote"]})
    assert names() == public == ["MIMEText", "quote"]
    assert get("quote")('"') == '\\"'


def test_other_names():
    with pytest.raises(AttributeError, match=r"'st_keras\.datasets' has no attribute 'Mnist'"):
        st_keras.datasets.Mnist  # noqa: B018  (looking the name up is the test)


def test_from_import():
    with pytest.raises(ImportError, match="cannot import name 'Mnist'"):
        from st_keras.datasets import Mnist  # noqa: F401  (the import is the test)
