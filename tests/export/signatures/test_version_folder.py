import pytest

from st_keras.export import next_version


def test_the_first_version(tmp_path):
    assert next_version(tmp_path / "new" / "nowcast") == tmp_path / "new" / "nowcast" / "1"
    assert next_version(str(tmp_path)) == tmp_path / "1"
    assert list(tmp_path.iterdir()) == []


def test_one_more_than_the_highest_number(tmp_path):
    for name in ("2", "10", "007", "latest", ".11-abcd", "12.5", "-13", "14 ", "\u0661\u0665"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == tmp_path / "11"


def test_files_are_no_versions_but_stay(tmp_path):
    for name in ("1", "7"):
        (tmp_path / name).write_text("mine")
    assert next_version(tmp_path) == tmp_path / "2"


def test_errors(tmp_path):
    file, model = tmp_path / "file", tmp_path / "model" / "1"
    file.write_text("mine")
    model.mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(b"")
    for base, kind in ((file, "no folder"), (model, "a SavedModel itself")):
        message = rf"next_version: received base=.*{kind}\. Required: the folder above the versions"
        with pytest.raises(ValueError, match=message):
            next_version(base)
    assert next_version(model.parent) == model.parent / "2"
