import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.metrics.video import PSNR, RMSE, SSIM, FrameMAE, FrameMSE, PerLeadTimeMetric
from tests.metrics.video.every_metric import COMPILED, METRICS
from tests.metrics.video.frame_pairs import frame_pair
from tests.refusals import refused

# Ratios of sums, of frames in the user's units.
OF_RAIN = {cls for cls in METRICS if cls.__module__.startswith("st_keras.metrics.radar")}


def value(metric):
    return float(metric.result())


@pytest.mark.parametrize("cls", METRICS)
def test_two_batches_equal_one(cls):
    truth, forecast = frame_pair(batch=5)
    one, two = cls(horizon=4), cls(horizon=4)
    one.update_state(truth, forecast)
    two.update_state(truth[:2], forecast[:2])
    two.update_state(truth[2:], forecast[2:])
    assert value(one) == pytest.approx(value(two), rel=1e-6)
    np.testing.assert_allclose(one.per_lead_time(), two.per_lead_time(), rtol=1e-6)


@pytest.mark.parametrize("cls", METRICS)
def test_per_lead_time_scores_each_step_and_follows_a_permutation(cls):
    truth, forecast = frame_pair()
    metric, permuted = cls(horizon=4), cls(horizon=4)
    metric.update_state(truth, forecast)
    order = [2, 0, 3, 1]
    permuted.update_state(truth[:, order], forecast[:, order])
    per_step = metric.per_lead_time().numpy()
    np.testing.assert_allclose(permuted.per_lead_time(), per_step[order], rtol=1e-6)
    if cls not in OF_RAIN:  # a ratio of sums is no mean of ratios
        assert value(metric) == pytest.approx(cls.mean_over_lead_times(per_step), rel=1e-6)
    for k in range(4):
        single = cls()
        single.update_state(truth[:, k : k + 1], forecast[:, k : k + 1])
        assert value(single) == pytest.approx(per_step[k], rel=1e-6)


@pytest.mark.parametrize("cls", COMPILED)
@pytest.mark.parametrize("jit", [False, True])
def test_graph_with_unknown_batch_and_time_equals_eager(cls, jit):
    truth, forecast = frame_pair()
    graph, eager = cls(horizon=4), cls(horizon=4)
    spec = tf.TensorSpec((None, None, 20, 17, 1), tf.float32)
    step = tf.function(graph.update_state, input_signature=[spec, spec], jit_compile=jit)
    for part in (slice(0, 2), slice(2, 3)):
        step(truth[part], forecast[part])
    eager.update_state(truth, forecast)
    np.testing.assert_allclose(graph.per_lead_time(), eager.per_lead_time(), rtol=1e-5)


@pytest.mark.parametrize("cls", METRICS)
def test_graph_with_every_axis_unknown(cls):
    truth, forecast = frame_pair()
    graph, eager = cls(), cls()
    spec = tf.TensorSpec((None,) * 5, tf.float32)
    tf.function(graph.update_state, input_signature=[spec, spec])(truth, forecast)
    eager.update_state(truth, forecast)
    assert value(graph) == pytest.approx(value(eager), rel=1e-6)


@pytest.mark.parametrize("steps", [2, 8])
def test_graph_refuses_other_horizon_at_run_time(steps):
    metric = FrameMSE(horizon=4)
    spec = tf.TensorSpec((None, None, 8, 8, 1), tf.float32)
    step = tf.function(metric.update_state, input_signature=[spec, spec])
    frames = np.zeros((2, steps, 8, 8, 1), "float32")
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"one shape \(B, 4, H, W, C\)"):
        step(frames, frames)


def test_graph_does_not_broadcast_one_forecast_over_the_horizon():
    metric = FrameMSE()
    spec = tf.TensorSpec((None, None, 8, 8, 1), tf.float32)
    step = tf.function(metric.update_state, input_signature=[spec, spec])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"FrameMSE: received.*one shape"):
        step(np.zeros((1, 4, 8, 8, 1), "float32"), np.zeros((1, 1, 8, 8, 1), "float32"))


def test_batches_of_different_size_and_horizon_weigh_frames_equally():
    metric = FrameMSE(protocol="float")
    metric.update_state(np.zeros((1, 1, 2, 2, 1)), np.ones((1, 1, 2, 2, 1)))
    metric.update_state(np.zeros((1, 3, 2, 2, 1)), np.zeros((1, 3, 2, 2, 1)))
    assert value(metric) == 1.0


def test_ten_thousand_sequences_keep_their_digits():
    metric = FrameMSE(horizon=1)
    truth = np.zeros((8, 1, 1, 1, 1), "float32")
    forecast = np.full((8, 1, 1, 1, 1), 0.9, "float32")
    step = tf.function(metric.update_state)
    for _ in range(1250):
        step(tf.constant(truth), tf.constant(forecast))
    assert value(metric) == pytest.approx(float(np.float32(0.9)) ** 2, rel=2e-7)


def test_reset_and_empty_result():
    metric = FrameMSE(horizon=2)
    assert np.isnan(value(metric))
    metric.update_state(np.zeros((1, 2, 4, 4, 1)), np.ones((1, 2, 4, 4, 1)))
    assert value(metric) == 16.0
    metric.reset_state()
    assert np.isnan(value(metric))
    assert np.isnan(metric.per_lead_time()).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "uint8", "int32"])
def test_other_number_types_are_scored_in_float32(dtype):
    truth = tf.cast(np.full((1, 1, 16, 16, 1), 3), dtype)
    forecast = tf.cast(np.full((1, 1, 16, 16, 1), 200), dtype)
    metric = FrameMSE(max_value=255)
    metric.update_state(truth, forecast)
    assert metric.result().dtype == tf.float32
    assert value(metric) == pytest.approx(256 * (197 / 255) ** 2, rel=1e-6)


def test_user_units_do_not_change_the_score():
    truth, forecast = frame_pair()
    for cls in set(METRICS) - OF_RAIN:
        for protocol in ("openstl", "float"):
            unit, shifted = cls(protocol=protocol), cls(protocol, max_value=70.0, min_value=-10.0)
            unit.update_state(truth, forecast)
            shifted.update_state(truth * 80 - 10, forecast * 80 - 10)
            assert value(shifted) == pytest.approx(value(unit), rel=1e-4)


@pytest.mark.parametrize(
    "weights, kept",
    [
        ([1.0, 0.0, 1.0], lambda x: x[[0, 2]]),
        ([[1.0], [0.0], [1.0]], lambda x: x[[0, 2]]),
        ([[1.0, 1.0, 0.0, 0.0]] * 3, lambda x: x[:, :2]),
        (2.0, lambda x: x),
    ],
)
def test_sample_weight(weights, kept):
    truth, forecast = frame_pair()
    weighted, plain = FrameMAE(), FrameMAE()
    weighted.update_state(truth, forecast, sample_weight=weights)
    plain.update_state(kept(truth), kept(forecast))
    assert value(weighted) == pytest.approx(value(plain), rel=1e-6)


def test_weight_zero_hides_an_infinite_score():
    truth, forecast = frame_pair(batch=2)
    forecast[0] = truth[0]
    metric, second = PSNR(), PSNR()
    metric.update_state(truth, forecast, sample_weight=[0.0, 1.0])
    second.update_state(truth[1:], forecast[1:])
    assert value(metric) == pytest.approx(value(second))


def test_in_compile_and_fit():
    truth, _ = frame_pair(batch=4, height=12, width=12)
    model = keras.Sequential([keras.Input((4, 12, 12, 1)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[FrameMSE(horizon=4), SSIM()], weighted_metrics=[PSNR()])
    history = model.fit(truth, truth, batch_size=2, epochs=1, verbose=0).history
    assert {"mse", "ssim", "psnr"} <= set(history)
    scores = model.evaluate(truth, truth, return_dict=True, verbose=0)
    metric = FrameMSE()
    metric.update_state(truth, model.predict(truth, verbose=0))
    assert scores["mse"] == pytest.approx(value(metric), rel=1e-4)


def test_mixed_precision_model():
    truth, _ = frame_pair(batch=2, height=12, width=12)
    dense = keras.layers.Dense(1, dtype="mixed_bfloat16")
    model = keras.Sequential([keras.Input((4, 12, 12, 1)), dense])
    model.compile("sgd", "mse", metrics=[FrameMSE()])
    assert np.isfinite(model.evaluate(truth, truth, return_dict=True, verbose=0)["mse"])


@pytest.mark.parametrize("cls", [FrameMSE, RMSE])
def test_two_replicas_equal_one(two_replicas, cls):
    truth, forecast = frame_pair(batch=4)
    with two_replicas.scope():
        metric = cls(horizon=4)
    data = tf.data.Dataset.from_tensor_slices((truth, forecast)).batch(4)

    @tf.function
    def step(batch):
        two_replicas.run(metric.update_state, args=batch)

    for batch in two_replicas.experimental_distribute_dataset(data):
        step(batch)
    single = cls(horizon=4)
    single.update_state(truth, forecast)
    assert value(metric) == pytest.approx(value(single), rel=1e-6)
    np.testing.assert_allclose(metric.per_lead_time(), single.per_lead_time(), rtol=1e-6)


FRAMES = np.zeros((2, 4, 8, 8, 1), "float32")


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: FrameMSE("openSTL"), r"FrameMSE: received protocol='openSTL'.*'thuml', 'openstl'"),
        (lambda: FrameMSE("gaussian"), r"FrameMSE: received protocol='gaussian'.*one of"),
        (lambda: SSIM(max_value="1"), r"SSIM: received max_value='1'. Required: a finite"),
        (lambda: SSIM(min_value=np.nan), r"SSIM: received min_value=nan"),
        (lambda: PSNR(max_value=0), r"PSNR: received max_value=0.* with min_value=0.*=255"),
        (lambda: FrameMAE(horizon=0), r"FrameMAE: received horizon=0. Required: an int"),
        (lambda: FrameMSE().update_state(FRAMES[0], FRAMES), r"y_true of shape \(4, 8, 8, 1\)"),
        (lambda: FrameMSE().update_state(FRAMES, FRAMES[0]), r"y_pred of .*\(B, T, H, W, C\)"),
        (
            lambda: FrameMSE().update_state(FRAMES, FRAMES[:, :1]),
            r"y_true of shape \(2, 4, .* and y_pred of shape \(2, 1, .*frames\[:, context_length:",
        ),
        (
            lambda: FrameMSE(horizon=3).update_state(FRAMES, FRAMES),
            r"received 4 lead times with horizon=3. Required: frames of shape \(B, 3, H, W, C\)",
        ),
        (
            lambda: FrameMSE().per_lead_time(),
            r"per_lead_time: received a metric built with horizon=None.*FrameMSE\(horizon=10\)",
        ),
        (
            lambda: FrameMSE().update_state(FRAMES, FRAMES, np.ones((2, 4, 8))),
            r"sample_weight of shape \(2, 4, 8\) for frames \(2, 4\).*\(B,\), \(B, 1\) or \(B, T\)",
        ),
        (
            lambda: FrameMSE().update_state(FRAMES, FRAMES, np.ones(3)),
            r"sample_weight of shape \(3,\) for frames \(2, 4\)",
        ),
    ],
)
def test_errors_have_three_parts(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.integers(1, 4))
def test_any_split_gives_the_same_mean(seed, cut):
    truth, forecast = frame_pair(batch=5, steps=2, height=8, width=8, seed=seed)
    one, two = FrameMSE(), FrameMSE()
    one.update_state(truth, forecast)
    two.update_state(truth[:cut], forecast[:cut])
    two.update_state(truth[cut:], forecast[cut:])
    assert value(one) == pytest.approx(value(two), rel=1e-6)


@pytest.mark.parametrize("returned, listed", [("hits", "misses"), ("frames", "frames")])
def test_sums_that_are_not_those_listed(returned, listed):
    class Wrong(PerLeadTimeMetric):
        score = "wrong"
        sums = (listed,)

        def sums_of_frames(self, y_true, y_pred):
            return {returned: y_true[:, 0, 0, 0]}

    message = rf"Wrong.sums_of_frames: .*\['{returned}'\] with sums = \('{listed}',\)\. .*without"
    refused(message, Wrong().update_state, FRAMES, FRAMES)


def test_superclass_leaves_the_score_to_the_subclass():
    class Nothing(PerLeadTimeMetric):
        score = "mse"

    with pytest.raises(NotImplementedError):
        Nothing().update_state(FRAMES, FRAMES)


@pytest.mark.parametrize("cls", METRICS)
def test_sums_by_sequence_are_all_there_is_to_a_score(cls):
    truth, forecast = frame_pair()
    truth[0, 1, :3] = np.nan
    metric, other = cls(horizon=4), cls(horizon=4)
    sums = metric.sums_by_sequence(truth, forecast)
    other.update_state(truth, forecast)
    assert {array.shape for array in sums.values()} == {truth.shape[:2]}
    added = {name: tf.constant(array.sum(axis=0)) for name, array in sums.items()}
    np.testing.assert_allclose(metric.from_sums(added), other.per_lead_time(), rtol=1e-6)
    before = {name: float(variable.numpy().sum()) for name, variable in metric._sums.items()}
    assert set(before.values()) == {0.0}  # the metric itself has seen nothing
