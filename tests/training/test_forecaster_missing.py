"""A `Forecaster` of frames with missing pixels: what it reads, learns from, and forecasts."""

import contextlib

import keras
import numpy as np
import pytest

from st_keras.layers import FrameNormalization
from st_keras.metrics.video import FrameMSE
from st_keras.models import ModeRNN
from st_keras.training import Forecaster, ReverseScheduledSampling
from tests.refusals import refused
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.tiny_actions import random_actions, tiny_action_network
from tests.uncompiled import uncompiled

N, T, H, W, C = SHAPE = (5, 5, 4, 6, 1)
CONTEXT, HORIZON = 2, 4
RNG = np.random.default_rng(3)
FULL = random_frames(*SHAPE) * 10
HOLES = RNG.random(SHAPE) < 0.3
HOLES[:, :, :2, :2] = True  # never seen
FRAMES = np.where(HOLES, np.float32(np.nan), FULL)


def masked(network=None, **arguments):
    normalization = FrameNormalization.from_range(0, 10)
    arguments = {"missing": "mask", "normalization": normalization, **arguments}
    model = tiny_forecaster(network or tiny_network(validity_channel=True), **arguments)
    model.build((None, None, H, W, C))
    model.set_weights([_random(weight.shape) for weight in model.weights])
    return model


def _random(shape):
    return np.random.default_rng(6).normal(0, 0.2, shape)


@pytest.fixture(scope="module")
def model():
    return masked()


def test_the_forecast_is_nan_where_nothing_is_known(model):
    forecast = model.forecast(FRAMES[:, :CONTEXT], HORIZON)
    unknown = np.isnan(FRAMES[:, :CONTEXT]).all(axis=1)
    assert unknown.any() and not unknown.all()
    for step in range(HORIZON):
        np.testing.assert_array_equal(np.isnan(forecast[:, step]), unknown)


def test_predict_knows_what_was_seen_so_far(model):
    found = model.predict(FRAMES, verbose=0)
    seen = ~np.isnan(FRAMES)
    known = np.logical_or.accumulate(seen[:, :CONTEXT], axis=1)
    for t in range(T):
        np.testing.assert_array_equal(np.isnan(found[:, t]), ~known[:, min(t, CONTEXT - 1)])
    forecast = model.forecast(FRAMES[:, :CONTEXT], HORIZON)
    np.testing.assert_allclose(found[:, CONTEXT - 1 :], forecast[:, : T - 1], atol=1e-5)


def test_fully_valid_frames_are_forecast_as_without_a_mask(model):
    plain = Forecaster.from_config({**model.get_config(), "missing": "refuse"})
    plain.build((None, None, H, W, C))
    plain.set_weights(model.get_weights())
    expected = plain.forecast(FULL[:, :CONTEXT], HORIZON)
    np.testing.assert_array_equal(model.forecast(FULL[:, :CONTEXT], HORIZON), expected)
    for one in (model, plain):
        one.compile("sgd", metrics=["mae"])
    found, wanted = (one.evaluate(FULL, verbose=0) for one in (model, plain))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_fill_values_are_in_the_users_units():
    by_default, zero, other = (masked(fill_value=value) for value in (None, 0.0, [4.0]))
    for one in (zero, other):
        one.set_weights(by_default.get_weights())
    context = FRAMES[:, :CONTEXT]
    expected = by_default.forecast(context, 2)
    np.testing.assert_array_equal(zero.forecast(context, 2), expected)
    filled = np.where(np.isnan(context), np.float32(4.0), context)
    assert np.nanmax(np.abs(other.forecast(context, 2) - expected)) > 1e-3
    unmasked = masked(tiny_network(), fill_value=4.0)
    plain = Forecaster.from_config({**unmasked.get_config(), "missing": "refuse"})
    plain.build((None, None, H, W, C))
    plain.set_weights(unmasked.get_weights())
    # Of one frame every pixel is read as it stands; later ones differ where nothing is known.
    found, wanted = unmasked.forecast(context[:, :1], 1), plain.forecast(filled[:, :1], 1)
    known = ~np.isnan(found)
    np.testing.assert_allclose(found[known], wanted[known], atol=1e-5)


def losses_of(model, weights=None):
    """MSE over valid values of frames 1 ... T-1 in network units, the closed loop, by NumPy."""
    network = model.network
    observed = np.tile(np.arange(T - 1) < CONTEXT, (N, 1)).astype("float32")
    predictions = network(
        FRAMES[:, :-1] / 10, observed_mask=observed, valid=~np.isnan(FRAMES[:, :-1])
    )
    errors = np.square(np.asarray(predictions) - FRAMES[:, 1:] / 10)
    if weights is not None:
        errors = errors * weights
    return np.nansum(errors) / np.isfinite(FRAMES[:, 1:]).sum()


@uncompiled
def test_evaluate_counts_valid_targets_alone():
    model = masked(tiny_network(decoupling=False))
    model.compile("sgd", metrics=["mae", keras.metrics.RootMeanSquaredError(name="rmse")])
    found = model.evaluate(FRAMES, verbose=0, return_dict=True, batch_size=2)
    np.testing.assert_allclose(found["loss"], losses_of(model), rtol=1e-5)
    # In the future some values are valid that the context has never seen: they count.
    context, future = FRAMES[:, :CONTEXT], FRAMES[:, CONTEXT:]
    forecast = model.forecast(context, T - CONTEXT)
    known = np.isfinite(forecast) & np.isfinite(future)
    only_known = np.where(np.isfinite(forecast), future, np.nan)
    scored = model.evaluate(context, only_known, verbose=0, return_dict=True)
    errors = (forecast - future)[known]
    np.testing.assert_allclose(scored["mae"], np.abs(errors).mean(), rtol=1e-5)
    np.testing.assert_allclose(scored["rmse"], np.sqrt(np.square(errors).mean()), rtol=1e-5)


@uncompiled
def test_what_stands_under_a_mask_in_the_target_teaches_nothing():
    """Frames whose missing values are NaN, and frames with weight 0 there: one gradient."""
    ends = []
    for frames, weights in ((FRAMES, None), (FRAMES, np.isfinite(FRAMES).astype("float32"))):
        model = masked()
        model.compile(keras.optimizers.SGD(0.1))
        model.fit(frames, sample_weight=weights, shuffle=False, verbose=0)
        ends.append(model.get_weights())
    for one, two in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, two)


def weights_of_pixels(steps, channels=True):
    weights = np.random.default_rng(5).random((N, steps, H, W, C), dtype="float32")
    weights[:, :, :, 3:] = 0
    return weights if channels else weights[..., 0]


@uncompiled
@pytest.mark.parametrize("channels", [True, False])
def test_weights_of_pixels(channels):
    weights = weights_of_pixels(T, channels)
    model = masked(tiny_network(decoupling=False))
    model.compile("sgd", metrics=["mae"])
    found = model.evaluate(FRAMES, sample_weight=weights, verbose=0, return_dict=True)
    each = weights_of_pixels(T)
    np.testing.assert_allclose(found["loss"], losses_of(model, each[:, 1:]), rtol=1e-5)
    future = each[:, CONTEXT:]
    later = model.evaluate(
        FRAMES[:, :CONTEXT], FRAMES[:, CONTEXT:], sample_weight=future, verbose=0
    )
    context = np.concatenate([np.ones_like(each[:, 1:CONTEXT]), future], axis=1)
    np.testing.assert_allclose(later[0], losses_of(model, context), rtol=1e-5)
    np.testing.assert_allclose(later[1], found["mae"], rtol=1e-5)
    of_sequences = np.float32([0, 1, 2, 3, 4])
    found = model.evaluate(FRAMES, sample_weight=of_sequences, verbose=0)
    broadcast = of_sequences[:, None, None, None, None]
    np.testing.assert_allclose(found[0], losses_of(model, broadcast), rtol=1e-5)


@uncompiled
def test_our_metrics_leave_out_pixels_of_weight_0():
    class Noting(FrameMSE):
        def update_state(self, y_true, y_pred, sample_weight=None):
            assert sample_weight is None
            noted.append((np.asarray(y_true), np.asarray(y_pred)))

    noted, weights = [], weights_of_pixels(T)
    model = masked()
    model.compile("sgd", metrics=[Noting(max_value=10)])
    model.evaluate(FRAMES, sample_weight=weights, verbose=0)
    true, pred = noted[-1]
    expected = np.where(weights > 0, FRAMES, np.nan)[:, CONTEXT:]
    np.testing.assert_array_equal(true, expected)
    assert np.isfinite(pred).all()


def test_weights_of_other_sizes(model):
    model.compile("sgd")
    ones = np.ones(SHAPE, "float32")
    for weights, message in (
        (ones[:, :3, :2], r"sample_weight of shape \(\w+, 3, 2, 6, 1\)"),
        (ones[:, :4], r"5 steps or the 3 after the context"),
        (np.ones((N, T)), r"\(B,\), or for each pixel, \(B, T, H, W\)"),
    ):
        with pytest.raises(ValueError, match=message):
            model.evaluate(FRAMES, sample_weight=weights, verbose=0)
    plain = tiny_forecaster(ScalarNetwork())
    plain.compile()
    with pytest.raises(ValueError, match=r"or weigh pixels with Forecaster\(missing='mask'\)"):
        plain.evaluate(FULL, sample_weight=ones, verbose=0)


@uncompiled
def test_a_batch_without_a_valid_target_changes_nothing():
    model = masked()
    model.compile(keras.optimizers.SGD(0.1), metrics=["mae"])
    model.decoupling_weight = 0.0
    before = model.get_weights()
    history = model.fit(FRAMES * np.nan, validation_data=(FRAMES * np.nan,), verbose=0).history
    assert history["loss"] == history["val_loss"] == history["val_mae"] == [0.0]
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_the_validation_loss_does_not_depend_on_the_batches(model):
    model.compile("sgd", metrics=["mae"])
    model.decoupling_weight, before = 0.0, model.decoupling_weight
    whole, pieces = (model.evaluate(FRAMES, batch_size=n, verbose=0) for n in (5, 2))
    model.decoupling_weight = before
    np.testing.assert_allclose(pieces, whole, rtol=1e-5)


class Noted(Forecaster):
    """Notes what the network reads in training."""

    read = ()

    def _update(self, read, *others):
        self.read = (*self.read, np.asarray(read.arguments["valid"]))
        super()._update(read, *others)


@uncompiled
def test_scans_are_dropped_in_training_alone():
    model = Noted(tiny_network(), 3, missing="mask", max_missing_scans=2, reverse_input=True)
    model.compile("sgd")
    model.fit(FULL, batch_size=5, shuffle=False, verbose=0)
    dropped = [~read.any(axis=(2, 3, 4)) for read in model.read]
    assert len(dropped) == 2 and dropped[0].any()
    np.testing.assert_array_equal(*dropped)  # also of the batch reversed in time
    assert not dropped[0][:, 3:].any() and (dropped[0].sum(1) <= 2).all()
    assert all(read.all() for read in (~np.isnan(model.forecast(FULL[:, :3], 2)),))


def test_missing_scans_of_a_context():
    context = FULL[:, :CONTEXT].copy()
    context[1, 0] = np.nan
    strict, tolerant = masked(), masked(max_missing_scans=1)
    message = r"forecast: received sequence 1 with 1 context frame\(s\) without any data: \[0\]"
    refused(message, strict.forecast, context, 2)
    assert np.isfinite(tolerant.forecast(context, 2)).all()
    context[1] = np.nan
    refused(r"with 2 context frame\(s\)", tolerant.forecast, context, 2)


def test_faults_stay_faults(model):
    model.compile("sgd")
    infinite = np.where(HOLES, np.float32(np.inf), FULL)
    message = r"received batch \d+ with \d+ infinite value\(s\)\. Required: finite values, or NaN"
    with pytest.raises(ValueError, match=f"Forecaster.fit: {message}"):
        model.fit(infinite, verbose=0)
    with pytest.raises(ValueError, match=r"Forecaster.evaluate: received a batch with"):
        model.evaluate(infinite, verbose=0)
    refused(r"forecast: received \d+ infinite values", model.forecast, infinite[:, :2], 1)
    plain = tiny_forecaster(tiny_network())
    plain.build((None, None, H, W, C))
    plain.compile("sgd")
    with pytest.raises(ValueError, match=r"Forecaster.fit: received batch 0.*missing='mask'"):
        plain.fit(FRAMES, verbose=0)
    refused(r"NaN or infinite values.*missing='mask'", plain.forecast, FRAMES[:, :2], 1)


def test_padding():
    frames = np.pad(FULL, [(0, 0), (0, 0), (0, 1), (0, 1), (0, 0)], mode="edge")  # 5 x 7
    model = masked(tiny_network(layer_norm=True), missing="refuse", pad=True)
    with pytest.raises(ValueError, match=r"\(5, 7\) with layer_norm=True"):
        model.forecast(frames[:, :CONTEXT], 2)  # made for 4 x 6
    model = tiny_forecaster(tiny_network(layer_norm=True), pad=True)
    model.compile(keras.optimizers.SGD(0.01), metrics=["mae"])
    history = model.fit(frames, validation_data=(frames[:, :2], frames[:, 2:]), verbose=0).history
    assert np.isfinite([v[0] for v in history.values()]).all()
    assert model.network.fixed_image_size == (6, 8) and model.frames_shape[2:4] == (5, 7)
    forecast = model.forecast(frames[:, :CONTEXT], 3)
    assert forecast.shape == (N, 3, 5, 7, C) and np.isfinite(forecast).all()
    assert model.predict(frames, verbose=0).shape == frames.shape
    mae = np.abs(forecast - frames[:, CONTEXT:]).mean()
    np.testing.assert_allclose(history["val_mae"], mae, rtol=1e-5)


@pytest.mark.long
def test_radar_composites():
    """765 x 700 pixels, 74 % of them missing, which no patch of 4 divides."""
    frames = random_frames(1, 4, 765, 700, 1)
    outside = np.hypot(*np.ogrid[-382:383, -350:350]) > 210
    frames[:, :, outside] = np.nan
    assert 0.7 < outside.mean() < 0.8
    network = tiny_network(filters=(4,), patch_size=4, validity_channel=True)
    model = tiny_forecaster(network, missing="mask", pad=True)
    model.compile("adam", metrics=["mae"])
    history = model.fit(frames, validation_data=(frames,), verbose=0).history
    assert np.isfinite([values[0] for values in history.values()]).all()
    forecast = model.forecast(frames[:, :2], 3)
    assert forecast.shape == (1, 3, 765, 700, 1)
    np.testing.assert_array_equal(np.isnan(forecast[0, :, ..., 0]), [outside] * 3)


def test_padding_is_missing_pixels():
    """Frames that are padded, and frames that are padded with NaN before: one forecast."""
    padded = masked(pad=True)
    by_hand = masked()
    by_hand.set_weights(padded.get_weights())
    context = FRAMES[:, :CONTEXT, :3, :5]
    framed = np.pad(context, [(0, 0), (0, 0), (0, 1), (0, 1), (0, 0)], constant_values=np.nan)
    expected = by_hand.forecast(framed, 3)[:, :, :3, :5]
    np.testing.assert_array_equal(padded.forecast(context, 3), expected)


def test_padding_that_adds_nothing_is_none():
    plain, padded = masked(missing="refuse"), masked(missing="refuse", pad=True)
    padded.set_weights(plain.get_weights())
    expected = plain.forecast(FULL[:, :CONTEXT], 3)
    np.testing.assert_array_equal(padded.forecast(FULL[:, :CONTEXT], 3), expected)


def test_with_actions():
    frames = np.where(random_frames(3, T, 4, 8, 1, seed=4) < 0.3, np.nan, 0.5).astype("float32")
    network = tiny_action_network(filters=(4,), validity_channel=True)
    model = tiny_forecaster(network, missing="mask", pad=True)
    model.compile("sgd", run_eagerly=True)
    told = {"frames": frames[:, :, :3], "actions": random_actions(3, T)}
    history = model.fit(told, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    forecast = model.forecast(frames[:, :2, :3], 4, actions=random_actions(3, T))
    np.testing.assert_array_equal(np.isnan(forecast[:, 3]), np.isnan(frames[:, :2, :3]).all(axis=1))


@uncompiled
def test_file(tmp_path):
    model = masked(max_missing_scans=1, pad=True, fill_value=[2.0])
    model.compile("sgd", loss="mae", metrics=["mae", FrameMSE(max_value=10)])
    model.fit(FRAMES, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for name in ("missing", "max_missing_scans", "pad", "fill_value", "channels", "targets"):
        assert getattr(again, name) == getattr(model, name), name
    context = FRAMES[:, :CONTEXT]
    np.testing.assert_array_equal(again.forecast(context, 3), model.forecast(context, 3))
    scores = again.evaluate(FRAMES, verbose=0, return_dict=True)
    assert scores["mae"] == model.evaluate(FRAMES, verbose=0, return_dict=True)["mae"]


def test_files_of_before_have_none_of_it():
    config = tiny_forecaster().get_config()
    new = ("missing", "fill_value", "max_missing_scans", "pad", "channels", "targets")
    for name in (*new, "future_inputs"):
        del config[name]
    del config["network"]["config"]["validity_channel"]
    again = Forecaster.from_config(config)
    assert again.missing == "refuse" and again.reader.plain
    assert not again.network.validity_channel


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(dtype):
    model = tiny_forecaster(
        tiny_network(filters=(4,), validity_channel=True, dtype=dtype), missing="mask"
    )
    model.compile("adam", run_eagerly=True)
    history = model.fit(FRAMES / 10, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    found = model.forecast(FRAMES[:, :2] / 10, 2)
    np.testing.assert_array_equal(np.isnan(found[:, 1]), np.isnan(FRAMES[:, :2]).all(axis=1))


@pytest.mark.long
def test_xla():
    ends = []
    for compiled in (False, True):
        model = masked(tiny_network(filters=(2,)), max_missing_scans=1)
        model.compile(keras.optimizers.SGD(0.1), jit_compile=compiled)
        model.fit(FRAMES, shuffle=False, verbose=0)
        ends.append(model.get_weights())
    for one, two in zip(*ends, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


def check_replicas(two_replicas, make_network, rtol=1e-5):
    """Five samples in batches of 4: then one replica has one, the other none."""
    results = []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        keras.utils.set_random_seed(0)
        with scope:
            model = tiny_forecaster(
                make_network(),
                missing="mask",
                pad=True,
                max_missing_scans=1,
                sampling=ReverseScheduledSampling.over(8),
                reverse_input=True,
            )
            model.compile(keras.optimizers.SGD(0.1), metrics=["mae"])
            model.build((None, None, 3, 5, C))
        start = model.get_weights()
        frames = FRAMES[:, :, 1:, 1:] / 10
        frames[3] = np.nan
        fit = {"batch_size": 4, "shuffle": False, "verbose": 0}
        weights = weights_of_pixels(T)[:, :, 1:, 1:]
        history = model.fit(frames, sample_weight=weights, validation_data=(frames,), **fit).history
        results.append((start, model.get_weights(), history))
    one, two = results
    error = max(np.abs(a - b).max() for a, b in zip(one[1], two[1], strict=True))
    moved = max(np.abs(a - b).max() for a, b in zip(one[0], one[1], strict=True))
    print(f"masks, 1 against 2 replicas: weights within {error:.1e}, moved by {moved:.1e}")
    assert error < 1e-5 < moved
    for name, values in one[2].items():
        np.testing.assert_allclose(two[2][name], values, rtol=rtol)


@uncompiled
@pytest.mark.parametrize("family", ["PredRNN", pytest.param("ModeRNN", marks=pytest.mark.long)])
def test_unequal_masks_on_replicas(two_replicas, family):
    check_replicas(two_replicas, NETWORKS[family])


@pytest.mark.long
def test_unequal_masks_on_replicas_in_a_graph(two_replicas):
    check_replicas(two_replicas, NETWORKS["PredRNN"])


NETWORKS = {
    "PredRNN": lambda: tiny_network(filters=(2,), validity_channel=True),
    "ModeRNN": lambda: ModeRNN(filters=(2,), num_slots=2, patch_size=2),
}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"network": ScalarNetwork(), "pad": True}, r"with a network ScalarNetwork.*NextFrameN"),
        ({"fill_value": [1.0, 2.0], "channels": ["rain"]}, r"fill_value=\(1.0, 2.0\) with 1 chan"),
        ({"missing": "drop"}, "SequenceDataset"),
    ],
)
def test_refusals(arguments, message):
    refused(f"Forecaster: received .*{message}", tiny_forecaster, **arguments)


def test_fill_values_of_other_channels():
    model = tiny_forecaster(missing="mask", fill_value=[1.0, 2.0])
    message = r"received fill_value=\(1.0, 2.0\) with 1 channel\(s\)"
    refused(message, model.build, (None, None, H, W, 1))


def test_what_compile_refuses(model):
    refused(r"loss_weights=\[2.0\] with missing values", model.compile, loss_weights=[2.0])
    refused("mean of one number for each value", model.compile, loss="cosine_similarity")
