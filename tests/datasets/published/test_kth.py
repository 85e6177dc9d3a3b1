import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from st_keras.datasets import published_dataset
from st_keras.datasets.published.kth import PERSONS, published_windows
from st_keras.datasets.published.kth_videos import read_sequence_list
from tests.refusals import refused

KTH = published_dataset("kth")
SHORT = {"context_length": 2, "horizon": 2, "image_size": 16}


def refuses(match, path, **told):
    refused(match, KTH.open, path, **{**SHORT, **told})


def write_images(folder, numbers, value=0):
    folder.mkdir(parents=True)
    for number in numbers:
        grey = np.full((12, 16), (value + number) % 256, "uint8")
        Image.fromarray(grey).save(folder / f"image_{number:04}.png")


@pytest.fixture
def folders(tmp_path):
    for person, numbers in ((2, range(1, 11)), (16, [*range(1, 6), *range(9, 16)]), (17, range(9))):
        write_images(tmp_path / "boxing" / f"person{person:02}_boxing_d1", numbers, 10 * person)
    write_images(tmp_path / "running" / "person16_running_d3_uncomp", range(1, 9), 200)
    return tmp_path


def test_folders_of_images(folders):
    train, test = KTH.open_parts(folders, ("train", "test"), **SHORT)
    assert train.image_shape == (16, 16, 1) and train.value_range == (0.0, 255.0)
    # Person 2: two of its ten; person 16: of two runs, and every third of those who run.
    starts = [[int(v) for v in train.window(i)[:, 0, 0, 0]] for i in range(len(train))]
    assert starts == [
        [23, 24, 25, 26],
        [27, 28, 29, 30],
        [162, 163, 164, 165],
        [172, 173, 174, 175],
        [202, 203, 204, 205],
        [205, 206, 207, 208],
    ]
    assert len(test) == 2 and test.window(0)[0, 0, 0, 0] == 171
    assert len(KTH.open(folders, stride=1, **SHORT)) == 7 + 2 + 4 + 5
    whole = KTH.open(folders, **{**SHORT, "image_size": None})
    assert whole.image_shape == (12, 16, 1) and train.fingerprint() != test.fingerprint()


def test_whole_sequences_are_held_out(folders):
    train, validation = KTH.open_parts(folders, held_out=0.25, **SHORT)
    assert [int(validation.window(i)[0, 0, 0, 0]) for i in range(len(validation))] == [202, 205]
    assert len(train) == 4
    refuses("split='validation', which is not published.*held_out=0.1", folders, split="validation")


def test_windows_are_those_of_the_reference_code():
    """Against a scan from the last frame backwards, as the reference code makes it."""
    rng, length = np.random.default_rng(0), 20
    spans, at = [], 0
    for _ in range(30):
        size = int(rng.integers(5, 130))
        spans.append((0, at, at + size))
        at += size
    actions = rng.choice(["boxing", "running", "jogging", "walking"], len(spans))
    runs = np.repeat(np.arange(len(spans)), [b - a for _, a, b in spans])
    starts, index = [], at - 1
    while index >= length - 1:
        if runs[index] == runs[index - length + 1]:
            starts.append(index - length + 1)
            index -= 2 if actions[runs[index]] in ("running", "jogging") else length - 1
        index -= 1
    found = published_windows(spans, length, lambda t: actions[runs[t]])
    assert [start for _, start, _ in found] == sorted(starts)
    assert {stop - start for _, start, stop in found} == {length}


def test_persons():
    assert sorted([*PERSONS["train"], *PERSONS["test"]]) == list(range(1, 26))
    assert PERSONS["train"][-1] == 16


ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs the extra [video]")


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """An AVI as the published ones are, of 160 x 120 pixels and 25 frames a second."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    source = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=1,format=gray"]
    command = [ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *source, "-c:v", "mpeg4"]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return path


@pytest.fixture
def films(tmp_path, film):
    for action, person in (("boxing", 1), ("jogging", 3), ("boxing", 20)):
        folder = tmp_path / action
        folder.mkdir(exist_ok=True)
        copy = folder / f"person{person:02}_{action}_d1_uncomp.avi"
        copy.write_bytes(film.read_bytes())
    lines = [
        "The sequences of the dataset, frames of each:",
        "person01_boxing_d1\tframes\t1-8, 9-13, 14-25",
        "person03_jogging_d1\tframes\t3-12 , 15-20",
        "person13_handclapping_d3\t*missing*",
        "person20_boxing_d1\tframes\t1-25",
    ]
    (tmp_path / "00sequences.txt").write_text("\n".join(lines))
    return tmp_path


def test_films_with_the_official_list(films, film):
    train, test = KTH.open_parts(films, ("train", "test"), **{**SHORT, "image_size": 128})
    assert train.image_shape == (128, 128, 1)
    # 8 = 2 windows of 4, 5 = 1, 12 = 3; of 10 frames of jogging 3, of 6 one.
    assert len(train) == 2 + 1 + 3 + 3 + 1 and len(test) == 6
    assert [(a, b) for _, a, b in train.spans[:3]] == [(0, 4), (4, 8), (9, 13)]
    # 25 frames of person 1 come before those of person 3, of which the list names 20.
    assert [(a - 25, b - 25) for _, a, b in train.spans[6:]] == [(2, 6), (5, 9), (8, 12), (16, 20)]
    from st_keras.datasets import load_array_file
    from st_keras.datasets.published.bilinear import resize_bilinear

    rgb = np.asarray(load_array_file(film)[9:13], "float64")
    grey = np.rint(rgb @ [0.299, 0.587, 0.114]).astype("uint8")
    window = train.window(2)[..., 0]
    assert np.abs(window - resize_bilinear(grey, (128, 128))).max() <= 1
    assert window.std() > 10


def test_films_are_not_opened_before_they_are_read(films, monkeypatch):
    from st_keras.datasets.readers import ffmpeg_film

    opened, original = [], ffmpeg_film.FFmpegFilm

    def noted(where, path):
        opened.append(path.name[:8])
        return original(where, path)

    monkeypatch.setattr(ffmpeg_film, "FFmpegFilm", noted)
    train = KTH.open(films, **SHORT)
    train.window(0)
    assert opened == ["person01"]


def test_films_that_do_not_fit(films, film, monkeypatch):
    path = films / "boxing" / "person01_boxing_d1_uncomp.avi"
    spans = KTH.open(films, **SHORT).spans
    folder = films / "walking" / "person04_walking_d1"
    folder.mkdir(parents=True)
    refuses("3 films and 1 folders of images.*and not both", films)
    folder.rmdir()
    listing = films / "00sequences.txt"
    text = listing.read_text()
    listing.write_text(text.replace("14-25", "14-28"))  # cut to the frames that there are
    assert KTH.open(films, **SHORT).spans == spans
    listing.write_text(text.replace("14-25", "26-28"))
    refuses("person01.*of 25 frames, of which 00sequences.txt has a sequence from frame 26", films)
    listing.write_text(text.replace("1-8,", "8-1,"))
    refuses("with the line person01_boxing_d1 frames '8-1, 9-13", films)
    listing.write_text("nothing")
    refuses("without a line such as person01_boxing_d1", films)
    listing.unlink()
    refuses("with films and without 00sequences.txt", films)
    listing.write_text(text + "\nperson02_walking_d1 frames 1-9")
    with pytest.warns(UserWarning, match="1 of 3 films that 00sequences.txt names are not there"):
        KTH.open(films, **SHORT)
    listing.write_text(text)
    path.write_bytes(film.read_bytes()[:40])
    refuses("whose header says nothing of its frames", films)
    path.write_bytes(film.read_bytes()[:-100])
    train = KTH.open(films, **SHORT, stride=4)
    refused("bytes, where it says", train.window, 0)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    refuses(r"pip install 'st_keras\[video\]'", films)


def test_folders_that_do_not_fit(folders):
    refuses("image_size=0", folders, image_size=0)
    refuses("where there is nothing.*00sequences.txt", folders / "absent")
    (folders / "walking" / "person05_walking_d1").mkdir(parents=True)
    refuses("without images", folders)
    (folders / "walking" / "person05_walking_d1" / "image_0001.jpg").write_bytes(b"no image")
    refuses("person05_walking_d1/image_0001.jpg', which does not open", folders)
    for child in ("boxing", "running"):
        (folders / child).rename(folders.parent / f"{folders.name}_{child}")
    refuses("no video of the persons 17 to 25", folders, split="test")


def test_list_with_stops(tmp_path):
    path = tmp_path / "00sequences.txt"
    path.write_text(
        "  person01_boxing_d1   frames  1-95 ,96-185\r\nperson02_boxing_d2\tframes 4-6\n"
    )
    assert read_sequence_list("doc", path) == {
        "person01_boxing_d1": [(0, 95), (95, 185)],
        "person02_boxing_d2": [(3, 6)],
    }
