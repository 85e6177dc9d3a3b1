import os
import pickle

import numpy as np
import pytest

from st_keras.datasets.pairs.kitti_masks_file import read_kitti_masks
from tests.datasets.pairs.kitti_files import moving_boxes, write_npz, write_pickle
from tests.refusals import refused

MASKS, LATENTS = moving_boxes((4, 2, 7))


def refuses(path, match):
    assert refused(match, read_kitti_masks, "KittiMasks", path).startswith("KittiMasks: ")


def check_content(content, masks, latents):
    packed, size, lengths, values = content
    assert size == masks[0].shape[1:] and lengths.tolist() == [len(m) for m in masks]
    bits = np.unpackbits(packed, axis=1, count=size[0] * size[1]).reshape(-1, *size)
    np.testing.assert_array_equal(bits, np.concatenate(masks))
    np.testing.assert_array_equal(values, np.concatenate(latents))
    assert packed.dtype == np.uint8 and values.dtype == np.float64


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "float32"])
def test_pickle(tmp_path, protocol, dtype):
    masks = [m.astype(dtype) for m in MASKS]
    path = write_pickle(tmp_path / "a.pickle", masks, LATENTS, protocol, note="more keys are fine")
    check_content(read_kitti_masks("doc", path), MASKS, LATENTS)


def test_other_sizes(tmp_path):
    masks, latents = moving_boxes((3, 2), size=(10, 13))  # 130 bits do not fill whole bytes
    path = write_pickle(tmp_path / "a.pkl", masks, latents)
    check_content(read_kitti_masks("doc", path), masks, latents)


def test_npz(tmp_path):
    path = write_npz(tmp_path / "a.npz", MASKS, LATENTS)
    check_content(read_kitti_masks("doc", path), MASKS, LATENTS)


class Command:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_is_refused_and_not_run(tmp_path):
    path = write_pickle(tmp_path / "a.pickle", [Command(tmp_path / "trace")], LATENTS)
    refuses(path, r"the global posix\.mkdir|the global nt\.mkdir")
    assert not (tmp_path / "trace").exists()


grey = [m.astype("uint8") * 255 for m in MASKS]


@pytest.mark.parametrize(
    ("masks", "latents", "match"),
    [
        (grey, LATENTS, r"pedestrians\[0\] of dtype uint8 with values other than 0 and 1.*> 127"),
        ([m * 0.5 for m in MASKS], LATENTS, "float64 with values other"),
        (
            [*MASKS[:2], MASKS[2][:, 1:]],
            LATENTS,
            r"pedestrians\[2\] of shape \(7, 63, 64\).*64, 64",
        ),
        ([m[0] for m in MASKS], LATENTS, r"pedestrians\[0\] of shape \(64, 64\)"),
        ([m[:, :0] for m in MASKS], LATENTS, r"pedestrians\[0\] of shape \(4, 0, 64\)"),
        ([MASKS[0], "no array", MASKS[2]], LATENTS, r"pedestrians\[1\] of shape None"),
        (MASKS[:2], LATENTS, "2 sequences in pedestrians, 3 in pedestrians_latents"),
        (MASKS, [*LATENTS[:2], LATENTS[2][1:]], r"latents\[2\] of shape \(6, 3\) for 7 frames"),
        (MASKS, [v[:, :2] for v in LATENTS], r"latents\[0\] of shape \(4, 2\) for 4 frames"),
        (MASKS, [v > 0 for v in LATENTS], r"latents\[0\] of shape \(4, 3\).*Required: numbers"),
        (MASKS, [*LATENTS[:2], LATENTS[2] * np.nan], r"latents \[nan, nan, nan\] of frame 6 "),
        ([], [], "pedestrians of type list.*not empty"),
        (MASKS[0], LATENTS, "pedestrians of type ndarray"),
        ([MASKS[0]] * 100, [LATENTS[0]] * 100, "more frames than .* has bytes for"),
        ([np.array([[[{}]]], object)], [LATENTS[0][:1]], "an array of Python objects"),
    ],
)
def test_wrong_pickles(tmp_path, masks, latents, match):
    refuses(write_pickle(tmp_path / "a.pickle", masks, latents), match)


def test_wrong_keys(tmp_path):
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps({"pedestrians": MASKS, "cars": 1}))
    refuses(path, r"without pedestrians_latents \(it has 'pedestrians', 'cars'\)")
    path.write_bytes(pickle.dumps({}))
    refuses(path, r"without pedestrians and pedestrians_latents \(it has nothing\)")
    path.write_bytes(pickle.dumps(MASKS))
    refuses(path, "a pickled list.*a dict with the keys")


def test_damaged_files(tmp_path):
    for path in (
        write_pickle(tmp_path / "a.pickle", MASKS, LATENTS),
        write_npz(tmp_path / "a.npz", MASKS, LATENTS),
    ):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        refuses(path, "does not open")
    refuses(tmp_path / "none.pickle", "which is no file")


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"lengths": None}, "without lengths .it has 'masks_packed', 'latents'"),
        ({"masks_packed": np.zeros((13, 511), "uint8")}, r"shape \(13, 511\), dtype uint8.*512"),
        ({"masks_packed": np.zeros((13, 512), "int8")}, "dtype int8"),
        ({"lengths": np.array([4, 2, 8])}, "for 13 frames.*whose sum"),
        ({"lengths": np.array([4, 0, 9])}, "positive integers"),
        ({"lengths": np.array([4.0, 9.0])}, "dtype float64, for 13 frames"),
        ({"lengths": np.zeros(0, int), "masks_packed": np.zeros((0, 512), "uint8")}, "positive"),
        ({"latents": np.zeros((12, 3))}, r"latents of shape \(12, 3\) for 13 frames"),
        ({"latents": np.full((13, 3), np.inf)}, r"latents \[inf, inf, inf\] of frame 0"),
    ],
)
def test_wrong_npz(tmp_path, changed, match):
    refuses(write_npz(tmp_path / "a.npz", MASKS, LATENTS, **changed), match)


def test_a_pickle_that_nests_without_end_is_refused(tmp_path):
    path = tmp_path / "masks.pickle"
    path.write_bytes(b"\x80\x02}" + b")" + b"\x85" * 1_000_000 + b"Ns.")
    refused(r"more than 8 containers.*Required: lists, dicts", read_kitti_masks, "reader", path)
