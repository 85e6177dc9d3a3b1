import io

import numpy as np
import pytest
from scipy import io as scipy_io

from st_keras.datasets.pairs import cars3d_file
from st_keras.datasets.pairs.cars3d_file import load_cars3d
from st_keras.datasets.pairs.image_shrinking import shrink_images
from tests.datasets.pairs.small_grids import (
    car_files,
    check_grid,
    mat_bytes,
    random_images,
    shrink_grid,
    write_tar,
)
from tests.refusals import refused


@pytest.fixture
def spec(monkeypatch):
    return shrink_grid(monkeypatch, "cars3d")


def refuses(path, match):
    assert refused(match, load_cars3d, path, verbose=0).startswith("load_cars3d: ")


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar"])
def test_archive(tmp_path, spec, name, monkeypatch):
    images = random_images(spec)
    others = {
        "data/cars/._000_mesh.mat": b"of macOS",
        "data/cars/readme.txt": b"text",
        "data/sprites/9_mesh.mat": b"not a car",
        "data/cars/link.mat": "/etc/passwd",
    }
    path = write_tar(tmp_path / name, {**others, **car_files(images, spec)})
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    check_grid(load_cars3d(path, verbose=0), spec, images)
    check_grid(load_cars3d(path, tmp_path / "a.npy", verbose=0), spec, images)
    assert list(folder.iterdir()) == []  # nothing is unpacked


def test_folder(tmp_path, spec):
    images = random_images(spec)
    for name, content in car_files(images, spec).items():
        (tmp_path / name.split("/")[-1]).write_bytes(content)
    check_grid(load_cars3d(tmp_path, verbose=0), spec, images)


def test_folder_with_what_macos_adds_and_a_file_that_cannot_be_read(tmp_path, spec):
    images = random_images(spec)
    for name, content in car_files(images, spec).items():
        (tmp_path / name.split("/")[-1]).write_bytes(content)
        (tmp_path / ("._" + name.split("/")[-1])).write_bytes(b"")
    check_grid(load_cars3d(tmp_path, verbose=0), spec, images)
    unreadable = min(tmp_path.glob("[!.]*.mat"))
    unreadable.unlink()
    unreadable.mkdir()
    refuses(tmp_path, f"{unreadable.name}', which does not open .*Required: a readable file")


def test_large_images_are_made_smaller(tmp_path, spec):
    large = np.random.default_rng(0).integers(0, 256, (len(spec), 16, 16, 3)).astype("uint8")
    path = write_tar(tmp_path / "a.tar", car_files(large, spec))
    check_grid(load_cars3d(path, verbose=0), spec, shrink_images(large, 8, "lanczos"))


@pytest.mark.parametrize("name", ["../cars/9.mat", "/data/cars/9.mat", "data/../../cars/9.mat"])
def test_names_that_lead_outside(tmp_path, spec, name):
    files = {**car_files(random_images(spec), spec), name: b""}
    refuses(
        write_tar(tmp_path / "a.tar", files), "an archive with the member .*Nothing was unpacked"
    )


def test_wrong_archives(tmp_path, spec):
    files, path = car_files(random_images(spec), spec), tmp_path / "a.tar.gz"
    names = list(files)
    refuses(path, "which is no file or folder")
    refuses(tmp_path, "0 .mat files of cars")
    refuses(
        write_tar(path, {name: files[name] for name in names[1:]}), "4 .mat files.*5, each once"
    )
    for content, match in (
        (b"no matrix", "002_mesh.mat', which does not open"),
        (files[names[3]][:300], "002_mesh.mat', which does not open"),
        (mat_bytes(other=np.zeros(3)), "im of shape None"),
        (mat_bytes(im=np.zeros((8, 8, 3, 2, 3), "uint8")), r"\(8, 8, 3, 2, 3\), uint8"),
        (mat_bytes(im=np.zeros((8, 8, 3, 3, 2))), "double in"),
    ):
        refuses(write_tar(path, {**files, names[3]: content}), match)
    content = write_tar(path, files).read_bytes()
    for length in (0, 100, len(content) // 2):
        path.write_bytes(content[:length])
        refuses(path, "which does not open")


def test_cars_that_are_larger_than_any(tmp_path, spec, monkeypatch):
    files = car_files(random_images(spec), spec)
    name = list(files)[3]
    elevations, azimuths, _ = spec.factor_sizes
    large = np.zeros((257, 8, 3, azimuths, elevations), "uint8")
    path = write_tar(tmp_path / "a.tar.gz", {**files, name: mat_bytes(im=large)})
    refuses(path, r"im of shape \(257, 8, .*H and W at most 256")
    huge = np.zeros((2048, 2048, 3, azimuths, elevations), "uint8")
    content = io.BytesIO()
    scipy_io.savemat(content, {"im": huge}, do_compression=True)
    path = write_tar(tmp_path / "b.tar", {**files, name: content.getvalue()})
    refuses(path, r"an element of which unpacks to more than 2\.4 MB.*Nothing was unpacked")
    folder = tmp_path / "folder"
    folder.mkdir()
    for each, car in files.items():
        (folder / each.split("/")[-1]).write_bytes(car)
    monkeypatch.setattr(cars3d_file, "_LARGEST_FILE", 100)
    refuses(write_tar(tmp_path / "c.tar", files), "of .* bytes. Required: .* at most 100 bytes")
    refuses(folder, "of .* bytes. Required: .* at most 100 bytes")
