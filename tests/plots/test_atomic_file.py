import pathlib

import pytest

from st_keras.plots.atomic_file import write_atomically


def text(content):
    return lambda name: pathlib.Path(name).write_text(content)


def test_makes_folders_and_leaves_only_the_file(tmp_path):
    target = tmp_path / "a" / "b" / "picture.PNG"
    assert write_atomically("plot", str(target), (".png",), text("new")) == target
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "picture.png"
    target.write_text("old")

    def fail(name):
        pathlib.Path(name).write_text("half")
        raise OSError("disk full")

    with pytest.raises(ValueError, match=r"plot: received disk full when .*Make room"):
        write_atomically("plot", target, (".png",), fail)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "name, message",
    [
        ("strip.jpg", r"plot: received path='strip.jpg'. Required: a .* in .png or .pdf"),
        ("strip", r"Write to 'strip.png'"),
        ("", r"a folder.*'picture.png'"),
    ],
)
def test_wrong_endings(name, message):
    with pytest.raises(ValueError, match=message):
        write_atomically("plot", name, (".png", ".pdf"), text("never"))


def test_folder_in_the_way(tmp_path):
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(ValueError, match=r"taken.png', a folder"):
        write_atomically("plot", tmp_path / "taken.png", (".png",), text("never"))
