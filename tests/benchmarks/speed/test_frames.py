from benchmarks.speed.frames import frames_shape, random_frames
from tests.benchmarks.speed.tiny_options import tiny_options


def test_shapes():
    options = tiny_options("--images=6", "--size=16")
    assert frames_shape(options, "predrnn_v2", "train") == (2, 4, 16, 16, 1)
    assert frames_shape(options, "predrnn_v2", "step") == (1, 4, 16, 16, 1)
    assert frames_shape(options, "slowvae", "train") == (3, 2, 16, 16, 1)


def test_values():
    frames = random_frames(tiny_options(), "convlstm", "train")
    assert frames.dtype == "float32" and 0 <= frames.min() < frames.max() < 1
