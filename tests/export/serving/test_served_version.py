import pytest

from st_keras.export.serving.served_version import choose_version


@pytest.fixture
def base(tmp_path):
    for name in ("1", "9", "10", "0002", "new", ".11-unfinished"):
        (tmp_path / "nowcast" / name).mkdir(parents=True)
        (tmp_path / "nowcast" / name / "saved_model.pb").write_bytes(b"")
    (tmp_path / "nowcast" / "99").mkdir()  # holds no SavedModel
    (tmp_path / "nowcast" / "7").write_text("a file")
    return tmp_path / "nowcast"


def test_the_highest_number_not_the_last_name(base):
    assert choose_version("w", base) == (base / "10", 10, "nowcast")


def test_a_version_by_number_or_by_its_folder(base, monkeypatch):
    assert choose_version("w", base, 2) == (base / "0002", 2, "nowcast")
    assert choose_version("w", base / "9") == (base / "9", 9, "nowcast")
    assert choose_version("w", str(base / "new")) == (base / "new", 1, "new")
    monkeypatch.chdir(base)
    assert choose_version("w", ".")[1:] == (10, "nowcast")


def test_what_is_not_there(base, tmp_path):
    message = r"w: received version 3, which .* Required: one of the versions 1, 2, 9, 10\. Leave"
    with pytest.raises(ValueError, match=message):
        choose_version("w", base, 3)
    with pytest.raises(ValueError, match=r"version 3, which .*one of the versions 9"):
        choose_version("w", base / "9", 3)
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "absent", base / "99"):
        with pytest.raises(ValueError, match=r"where no SavedModel is\. Required: a folder with"):
            choose_version("w", path)
