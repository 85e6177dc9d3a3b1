import numpy as np

from st_keras.datasets import SequenceDataset, open_frames
from st_keras.datasets.readers.softmotion import READER, softmotion_frames
from tests.datasets.published.files import softmotion_record, write_records
from tests.refusals import refused


def test_videos_of_files(tmp_path):
    rng = np.random.default_rng(0)
    main, aux = rng.integers(0, 256, (2, 4, 64, 64, 3), "uint8")
    actions = rng.normal(size=(4, 4)).astype("float32")
    for name, count in (("a", 1), ("b", 2)):
        record = softmotion_record(main, aux, actions)
        write_records(tmp_path / f"{name}.tfrecords", [record] * count)
    frames = open_frames(tmp_path / "b.tfrecords", camera="image_main")
    assert frames.shape == (2, 4, 64, 64, 3) and frames.actions.shape == (2, 4, 4)
    np.testing.assert_array_equal(frames.values[1, 1:3], main[1:3])
    np.testing.assert_array_equal(frames.actions[1, 1:3], actions[1:3])
    joined = softmotion_frames(sorted(tmp_path.iterdir()))
    assert joined.shape[0] == 3
    np.testing.assert_array_equal(joined.values[2, 3], aux[3])
    # Without actions the frames are as any others.
    assert len(SequenceDataset.from_frames(joined, 2, 2)) == 3
    refused("camera='above'", READER.open, str(tmp_path / "a.tfrecords"), camera="above")
