import dataclasses
import errno
import os

import numpy as np
import pytest

from st_keras.datasets.pairs.grid_specs import GridSpec
from st_keras.datasets.pairs.grid_stack import fill_stack, grid_points

SPEC = GridSpec("dots", ("a", "b", "c"), (2, 3, 4), (5, 6, 3), (), "http://dots")
POINTS = np.array(list(np.ndindex(2, 3, 4)))
IMAGES = np.random.default_rng(0).integers(0, 256, (24, 5, 6, 3)).astype("uint8")
ORDER = np.random.default_rng(1).permutation(24)


def blocks(order=ORDER, points=POINTS, images=IMAGES):
    for rows in np.array_split(order, 4):
        yield points[rows], images[rows]


def refuses(match, cache=None, **changed):
    with pytest.raises(ValueError, match=match) as info:
        fill_stack("reader", SPEC, blocks(**changed), cache, verbose=0)
    assert "Required:" in str(info.value) and str(info.value).startswith("reader: ")


def test_any_order_becomes_row_major():
    stack = fill_stack("reader", SPEC, blocks(), verbose=0)
    np.testing.assert_array_equal(stack, IMAGES)
    assert not isinstance(stack, np.memmap)


def test_cache_is_written_once_and_mapped(tmp_path):
    cache = tmp_path / "dots.npy"
    for source in (blocks(), None):  # the second time nothing is read
        stack = fill_stack("reader", SPEC, source, cache, verbose=0)
        assert isinstance(stack, np.memmap) and not stack.flags.writeable
        np.testing.assert_array_equal(stack, IMAGES)
    assert [path.name for path in tmp_path.iterdir()] == ["dots.npy"]


def test_an_unfinished_cache_is_removed(tmp_path):
    refuses("images for 20 of 24 grid points", tmp_path / "dots.npy", order=ORDER[:20])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["dots.npz", "none/dots.npy"])
def test_wrong_cache_names(tmp_path, name):
    refuses(r"cache=.*a path that ends in \.npy, in an existing folder", tmp_path / name)


def test_a_cache_of_something_else(tmp_path):
    np.save(tmp_path / "dots.npy", IMAGES[:3])
    refuses(r"shape \(3, 5, 6, 3\), dtype uint8.*Delete the file", tmp_path / "dots.npy")
    (tmp_path / "dots.npy").write_bytes(b"")
    with pytest.raises(ValueError, match="an empty file"):
        fill_stack("reader", SPEC, None, tmp_path / "dots.npy")


def test_wrong_content():
    refuses("images for 0 of 24 grid points", order=ORDER[:0])
    refuses(r"more than one image for a grid point of dots, near", order=np.append(ORDER, 5))
    refuses("more than one image", order=np.zeros(24, int))
    refuses(r"images of shape .*, 5, 6, 1\), dtype uint8", images=IMAGES[..., :1])
    refuses("dtype float64", images=IMAGES / 255)
    refuses(r"labels of shape \(6, 3\), dtype int64, from and to .*below", points=POINTS + 1)
    refuses("labels of shape", points=POINTS - 1)
    refuses(r"labels of shape \(6, 2\), .*a, b, c", points=POINTS[:, :2])
    refuses("labels of shape .*dtype float64", points=POINTS * 1.0)


def test_blocks_are_closed():
    closed = []

    def source(order):
        try:
            yield from blocks(order)
        finally:
            closed.append(len(order))

    # The error, with its traceback, is still there when the second line looks.
    with pytest.raises(ValueError, match="more than one") as info:
        fill_stack("reader", SPEC, source(np.zeros(24, int)), verbose=0)
    assert closed == [24] and info.value
    fill_stack("reader", SPEC, list(blocks()), verbose=0)  # nothing to close


def test_images_brighter_than_white():
    spec = dataclasses.replace(SPEC, max_value=1)
    with pytest.raises(ValueError, match=r"values up to 2\d\d\. Required: 0 to 1 for dots\. Div"):
        fill_stack("reader", spec, blocks(), verbose=0)
    dark = fill_stack("reader", spec, blocks(images=IMAGES // 128), verbose=0)
    np.testing.assert_array_equal(dark, IMAGES // 128)


def test_progress_is_shown_on_demand(capsys):
    fill_stack("reader", SPEC, blocks(), verbose=0)
    assert capsys.readouterr().out == ""
    fill_stack("reader", SPEC, blocks(), verbose=1)
    assert "24/24" in capsys.readouterr().out


def test_grid_points():
    np.testing.assert_array_equal(grid_points(SPEC, 5, 17), POINTS[5:17])


def test_a_full_disk_is_told_before_anything_is_read(tmp_path, monkeypatch):
    """A mapped file for which there is no room would end the process without a word."""

    def full(descriptor, offset, length):
        assert length > IMAGES.nbytes
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def blocks():
        raise AssertionError
        yield

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(ValueError, match=r"reader: received No space left .*dots\.npy.*Make room"):
        fill_stack("reader", SPEC, blocks(), tmp_path / "dots.npy", verbose=0)
    assert list(tmp_path.iterdir()) == []
