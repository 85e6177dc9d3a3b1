"""What `--data` may name."""

from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from st_keras.cli.data_source import open_test_data, open_training_data
from st_keras.cli.input_settings import Inputs
from tests.cli.conftest import squares
from tests.cli.test_frame_data import windows


def opened(spec, context_length=3, horizon=3, seed=0, targets=None, rain=None, **flags):
    asked = windows(context_length, horizon, **flags)
    return open_training_data(str(spec), asked, seed, targets, rain)


def test_embedded_digits():
    source = opened("digits")
    assert source.image_shape == (64, 64, 1)
    assert source.normalization() is None
    assert source.training_dataset(2).element_spec.shape[1:] == (6, 64, 64, 1)
    assert source.test_sequences(3).shape == (3, 6, 64, 64, 1)
    assert len(source.validation_dataset(8)) == 4


def test_modes():
    source = opened("modes:two_digits,straight")
    assert source.modes == ("two_digits", "straight")
    assert source.test_sequences(4).shape == (4, 6, 64, 64, 1)
    assert sorted(source.test_labels(4)) == [0, 0, 1, 1]
    assert source.card()["generator"] == "MixedModes"
    assert opened("modes").modes == ("one_digit", "two_digits", "three_digits")
    with pytest.raises(ValueError, match=r"modes:straight,sideways, where 'sideways' is no mode"):
        opened("modes:straight,sideways")
    with pytest.raises(ValueError, match=r"--stride: received 2 with moving digits"):
        opened("modes", stride=2)


def test_training_seed_leaves_validation_and_test_alone():
    first, second = opened("digits", seed=1), opened("digits", seed=2)
    assert np.array_equal(first.test_sequences(2), second.test_sequences(2))
    batches = [next(iter(source.training_dataset(2))).numpy() for source in (first, second)]
    assert not np.array_equal(*batches)


def test_training_can_begin_at_any_batch(tmp_path):
    np.save(tmp_path / "frames.npy", squares(8, 8))
    for spec in ("digits", "modes", tmp_path / "frames.npy"):
        whole = [batch.numpy() for batch in opened(spec).training_dataset(2).take(3)]
        rest = [batch.numpy() for batch in opened(spec).training_dataset(2, 1).take(2)]
        np.testing.assert_array_equal(rest, whole[1:])


def test_keras_digit_file(tmp_path):
    images = np.random.default_rng(0).integers(0, 255, (40, 28, 28), "uint8")
    np.savez(tmp_path / "own.npz", x_train=images, x_test=images[:10])
    assert opened(tmp_path / "own.npz").test_sequences(2).shape == (2, 6, 64, 64, 1)


@pytest.mark.parametrize("suffix", ["frames.npy", "frames.npz", "frames.npz:key"])
def test_arrays(tmp_path, suffix):
    frames = squares(8, 8)
    path = tmp_path / suffix.partition(":")[0]
    if path.suffix == ".npy":
        np.save(path, frames)
    else:
        np.savez(path, key=frames)
    source = opened(tmp_path / suffix)
    assert source.image_shape == (16, 24, 1)
    assert source.value_range == (0.0, 200.0)
    assert source.units
    assert float(source.normalization()(np.full((1, 1), 200.0))[0, 0]) == 1.0
    assert next(iter(source.training_dataset(2))).shape == (2, 6, 16, 24, 1)
    assert source.test_sequences(100).shape[1:] == (6, 16, 24, 1)


@pytest.mark.parametrize("spec", ["digit", "frames.csv", "missing.npy", "missing.npz"])
def test_refuses_what_is_no_data(spec):
    with pytest.raises(ValueError, match=r"received .*\. Required: "):
        opened(spec)


def test_frames_the_patches_do_not_divide_are_padded(tmp_path):
    np.save(tmp_path / "odd.npy", squares(8, 8, size=(18, 24)))
    source = opened(tmp_path / "odd.npy")
    assert source.forecaster_arguments(Inputs(), 4) == {"pad": True}
    assert source.forecaster_arguments(Inputs(), 2) == {"pad": False}
    # Crops that fit, of frames that do not: these are scored whole.
    crops = opened(tmp_path / "odd.npy", crop=(16,))
    assert crops.image_shape == (16, 16, 1)
    assert crops.forecaster_arguments(Inputs(), 4) == {"pad": True}
    unpadded = SimpleNamespace(pad=False, targets=None, network=SimpleNamespace(patch_size=4))
    with pytest.raises(ValueError, match="height=18 with patch_size=4"):
        open_test_data(str(tmp_path / "odd.npy"), windows(3, 3), {}, unpadded)


def test_missing_pixels_and_what_the_forecaster_is_told(tmp_path):
    rain = squares(12, 8).astype("float32")
    rain[:, :, :, :4] = np.nan
    np.save(tmp_path / "rain.npy", rain)
    spec = tmp_path / "rain.npy"
    source = opened(spec, missing="mask", max_missing_scans=1)
    told = source.forecaster_arguments(Inputs(fill_value=-1.0), 4)
    assert told == {"pad": False, "missing": "mask", "max_missing_scans": 1, "fill_value": -1.0}
    assert np.isnan(next(iter(source.training_dataset(2))).numpy()).mean() == pytest.approx(4 / 24)
    with pytest.raises(ValueError, match=r"--fill-value: received -1 with .*--missing mask"):
        opened(whole_file(tmp_path)).forecaster_arguments(Inputs(fill_value=-1.0), 4)


def whole_file(folder):
    np.save(folder / "whole.npy", squares(12, 8))
    return folder / "whole.npy"


def test_channels_by_name(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["rain"], file["height"] = squares(12, 8), 500.0 + squares(12, 8, seed=1)
    spec = tmp_path / "a.h5"
    source = opened(spec, variable="rain,height", targets=("rain",))
    assert source.value_range == (0.0, 200.0) and source.image_shape == (16, 24, 2)
    assert source.normalization().offset == [0.0, 500.0]
    told = source.forecaster_arguments(Inputs(future_inputs="height=held"), 4)
    assert told["targets"] == ("rain",) and told["channels"] == ("rain", "height")
    assert told["future_inputs"] == {"height": "held"}
    for data, flags, text in (
        ("digits", {"targets": "rain"}, "--targets"),
        ("digits", {"future_inputs": "a=held"}, "--future-inputs"),
        (whole_file(tmp_path), {"future_inputs": "a=held"}, "channels that have no names"),
    ):
        inputs = Inputs(**flags)
        with pytest.raises(ValueError, match=text):
            opened(data, targets=inputs.target_names()).forecaster_arguments(inputs, 4)
    for said in (None, "rain=held", "height=held,snow=held", "height=kept"):
        with pytest.raises(ValueError, match=r"--future-inputs: .* inputs height beside the targ"):
            source.forecaster_arguments(Inputs(future_inputs=said), 4)
    with pytest.raises(ValueError, match=r"inputs none beside .*name fewer --targets"):
        opened(spec, variable="rain,height").forecaster_arguments(
            Inputs(future_inputs="height=held")
        )
    with pytest.raises(ValueError, match=r"--future-inputs: received 'height'.*NAME=held"):
        Inputs(future_inputs="height").futures()


@pytest.mark.parametrize(("horizon", "shape"), [(1, (3, 36)), (5, (3, 36)), (9, (9, 20))])
def test_scoring_another_horizon_never_sees_a_training_frame(tmp_path, horizon, shape):
    # Each frame holds its own number, so that a window tells which frames it is made of.
    frames = np.arange(np.prod(shape), dtype="float32").reshape(*shape, 1, 1)
    np.save(tmp_path / "numbered.npy", frames * np.ones((8, 8), "float32"))
    training = opened(tmp_path / "numbered.npy")
    batches = training.training_dataset(8).take(60)
    trained = {int(n) for batch in batches for n in batch.numpy()[..., 0, 0, 0].ravel()}
    assert len(trained) > 20
    record = {"data": training.card()}
    spec, asked = str(tmp_path / "numbered.npy"), windows(3, horizon)
    try:
        test = open_test_data(spec, asked, record).test_sequences(1000)
    except ValueError as refusal:
        assert "Shorten the horizon to" in str(refusal)
        return
    tested = {int(n) for n in test[..., 0, 0, 0].ravel()}
    assert tested
    assert not tested & trained


def test_another_array_is_scored_whole(tmp_path):
    np.save(tmp_path / "one.npy", squares(8, 8))
    np.save(tmp_path / "other.npy", squares(8, 8, seed=1))
    record = {"data": opened(tmp_path / "one.npy").card()}
    for known, expected in ((record, "not the array the model was trained"), ({}, "no run.json")):
        other = open_test_data(str(tmp_path / "other.npy"), windows(3, 3), known)
        assert len(other.test_sequences(1000)) == 24
        assert expected in other.description
    own = open_test_data(str(tmp_path / "one.npy"), windows(3, 3), record)
    assert len(own.test_sequences(1000)) == 3
    assert "the test part of the training run" in own.description


def test_dry_validation_is_fine_and_dry_training_is_refused(tmp_path):
    rain = np.random.default_rng(0).random((60, 8, 8))
    rain[40:52] = 0.0
    np.save(tmp_path / "dry_later.npy", rain)
    source = opened(tmp_path / "dry_later.npy")
    assert max(float(b.numpy().max()) for b in source.validation_dataset(8)) == 0.0
    np.save(tmp_path / "dry_first.npy", np.concatenate([np.zeros((90, 8, 8)), rain[:20]]))
    with pytest.raises(ValueError, match=r"--data: received .*training part .* 0 everywhere"):
        opened(tmp_path / "dry_first.npy")
    # A channel beside it that is not dry does not hide it; nor does one that is missing.
    dry = np.concatenate([np.zeros((90, 8, 8)), rain[:20]])
    for first, text in ((0, "the value 0 everywhere"), (np.nan, "no value at all")):
        dry[:90] = first
        np.savez(tmp_path / f"dry_{first}.npz", rain=dry, height=np.random.rand(110, 8, 8))
        with pytest.raises(ValueError, match=text):
            opened(
                tmp_path / f"dry_{first}.npz",
                variable="rain,height",
                targets=("rain",),
                missing="mask",
                max_missing_scans=20,
            )


def with_holes(seed=0):
    """Frames (12, 8, H, W), in two sequences of which no value is known in a corner."""
    frames = squares(12, 8, seed=seed).astype("int16")
    frames[[2, 11], 3, 0, 0] = -9999
    return frames


def test_scored_as_trained_where_nothing_else_is_said(tmp_path):
    """Neither axes nor the missing value need be said again, of the same array or another."""
    for name, seed in (("one.npy", 0), ("other.npy", 1)):
        np.save(tmp_path / name, with_holes(seed).transpose(0, 2, 3, 1))
    one, other = str(tmp_path / "one.npy"), str(tmp_path / "other.npy")
    training = opened(one, axes="NHWT", missing_value=-9999)
    assert training.value_range == (0.0, 200.0)
    options = {"axes": "NHWT", "missing_value": -9999, "data": one}
    record = {"data": training.card(), "options": options}
    tested = open_test_data(one, windows(3, 3), record)
    assert "the test part of the training run" in tested.description
    assert tested.test_sequences(99).min() == 0 and tested.value_range == (0.0, 200.0)
    assert len(open_test_data(other, windows(3, 3), record).test_sequences(99)) == 30
    said = windows(3, 3, axes="WNHT", missing_value="none")
    with pytest.warns(UserWarning, match="-9999 stands again and again"):
        assert open_test_data(other, said, record).image_shape == (24, 12, 1)


def test_times_belong_to_their_file(tmp_path):
    times = np.datetime64("2026-06-01T00:00") + np.r_[0:4, 6:10].astype("m8[h]")
    for name in ("one", "other"):
        np.savez(tmp_path / f"{name}.npz", frames=squares(12, 8, seed=len(name)), times=times)
    one, other = (f"{tmp_path / name}.npz:frames" for name in ("one", "other"))
    training = opened(one, 2, 2, times="times")
    assert "24 across gaps" not in training.description and "36 across gaps" in training.description
    record = {"data": training.card(), "options": {"data": one, "times": "times"}}
    assert len(open_test_data(one, windows(2, 2), record).test_sequences(99)) == 2 * 2
    assert "across gaps" not in open_test_data(other, windows(2, 2), record).description


def test_hdf5_with_times_in_the_same_file(tmp_path):
    with h5py.File(tmp_path / "radar.h5", "w") as file:
        file["rain"] = with_holes()
        file["when/scan"] = np.r_[0:4, 5:9] * 300
        file["when/scan"].attrs["units"] = "seconds since 2026-06-01"
    spec = f"{tmp_path}/radar.h5:rain"
    source = opened(spec, 2, 2, missing_value=-9999, times="when/scan")
    assert "a step of 5 minutes; 12 gaps" in source.description
    assert next(iter(source.training_dataset(2))).shape == (2, 4, 16, 24, 1)


def test_an_archive_that_grows_is_scored_where_it_was_not_trained_on(tmp_path):
    frames = squares(1, 60)[0]
    times = np.datetime64("2026-06-01T00:00") + np.arange(60).astype("m8[h]")
    path = tmp_path / "rain.npz"
    np.savez(path, rain=frames[:40], times=times[:40])
    spec = f"{path}:rain"
    training = opened(spec, 2, 2, times="times")
    record = {"data": training.card(), "options": {"data": spec, "times": "times"}}
    held_out = open_test_data(spec, windows(2, 2), record)
    assert "the test part of the training run" in held_out.description
    np.savez(path, rain=frames, times=times)
    grown = open_test_data(spec, windows(2, 2), record)
    assert "it has changed since; what is of other times" in grown.description
    first = record["data"]["test_spans"][0][1]
    np.testing.assert_array_equal(grown.test_sequences(99)[0][..., 0], frames[first : first + 4])
    assert len(grown.test_sequences(99)) == 60 - first - 3
    np.savez(path, rain=frames[: first - 1], times=times[: first - 1])
    with pytest.raises(ValueError, match="whose longest stretch has 0 frames"):
        open_test_data(spec, windows(2, 2), record)
    other = {**record, "options": {"data": "other.npz:rain"}}
    assert "all of it" in open_test_data(spec, windows(2, 2, times="times"), other).description
