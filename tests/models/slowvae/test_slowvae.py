"""The model: arguments, training, codes, files."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.distributions import GeneralizedNormalTransitionPrior, LaplaceTransitionPrior
from st_keras.models import SlowVAE
from st_keras.models.slowvae.objective import TERMS
from tests.refusals import refused
from tests.tiny import random_frames
from tests.uncompiled import uncompiled

SHAPE = (16, 32, 1)


def tiny_slowvae(**overrides):
    model = SlowVAE(**{"latent_size": 3, **overrides})
    model.build((None, None, *SHAPE))
    return model


def squares(count=64, seed=0):
    """Pairs of a bright square that moves by at most a pixel: something to learn."""
    rng = np.random.default_rng(seed)
    frames = np.zeros((count, 2, *SHAPE), "float32")
    for pair in frames:
        y, x = rng.integers(1, 11), rng.integers(1, 27)
        for frame in pair:
            frame[y : y + 4, x : x + 4] = 1.0
            x += rng.integers(-1, 2)
    return frames


@pytest.mark.parametrize("channels, parameters", [(1, 763_285), (3, 765_335)])
def test_parameters_of_the_reference(channels, parameters):
    model = SlowVAE()
    model.build((None, 2, 64, 64, channels))
    assert model.count_params() == parameters


def test_published_defaults():
    model = SlowVAE()
    model.compile()
    assert (model.latent_size, model.beta, model.gamma, model.rate) == (10, 1.0, 10.0, 6.0)
    assert (model.objective, model.likelihood) == ("reference", "bernoulli")
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-4)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"latent_size": 0}, "latent_size=0"),
        ({"beta": -1}, "beta=-1"),
        ({"gamma": float("nan")}, "gamma=nan"),
        ({"rate": 0}, "rate=0.*above 0"),
        ({"rate": -6.0}, "rate=-6.0"),
        ({"objective": "paper"}, "objective='paper'.*'reference', 'exact'"),
        ({"likelihood": "normal"}, "likelihood='normal'.*'bernoulli', 'gaussian'"),
        ({"likelihood_scale": 0}, "likelihood_scale=0"),
        ({"transition_prior": "laplace"}, "transition_prior='laplace'.*cross_entropy"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_impossible_arguments(arguments, message):
    refused(message, SlowVAE, **arguments)


def test_rates_per_latent_must_be_one_each():
    refused("2 rates for 3 latents", tiny_slowvae, rate=(1.0, 2.0))


@pytest.mark.parametrize(
    "shape, message",
    [
        ((None, 2, 60, 64, 1), "H=60"),
        ((None, 64, 64, 1), "rank 4"),
        ((None, 2, None, 64, 1), "static H, W and C"),
    ],
)
def test_impossible_shapes(shape, message):
    refused(message, SlowVAE().build, shape)


@pytest.mark.parametrize("arguments", [{"loss": "mse"}, {"metrics": ["mae"]}])
def test_compile_takes_no_loss_and_no_metrics(arguments):
    refused("minimises its own objective", SlowVAE().compile, **arguments)


def test_other_frames_than_built_for_are_refused():
    model = tiny_slowvae()
    model.compile()
    frames = random_frames(2, 2, 16, 16, 1)
    for use in (model, lambda f: model.fit(f, verbose=0)):
        refused(r"frames of \(16, 16, 1\).*\(16, 32, 1\)", use, frames)


def test_fit_learns_and_logs_every_term_by_name():
    model = tiny_slowvae()
    model.compile(keras.optimizers.Adam(3e-3))
    history = model.fit(
        squares(), validation_data=squares(seed=1), epochs=20, batch_size=16, verbose=0
    ).history
    names = {"loss", *TERMS}
    assert set(history) == names | {f"val_{name}" for name in names}
    assert history["val_reconstruction"][-1] < 0.6 * history["val_reconstruction"][0]


@uncompiled
def test_logged_terms_make_up_the_loss():
    model = tiny_slowvae(beta=3.0, gamma=2.0)
    model.compile(keras.optimizers.SGD(0.0))
    # An uneven last batch: the logs are means over pairs, not over batches.
    logs = model.fit(squares(10), batch_size=4, verbose=0).history
    value = {name: logs[name][0] for name in logs}
    expected = 2 * value["reconstruction"] + 3 * value["kl_normal"] + 2 * value["kl_transition"]
    assert value["loss"] == pytest.approx(expected, rel=1e-5)
    assert value["kl_normal"] == pytest.approx(
        value["cross_entropy_normal"] - value["normal_entropy"], abs=1e-3
    )
    again = model.evaluate(squares(10), batch_size=10, verbose=0, return_dict=True)
    assert again["kl_normal"] == pytest.approx(value["kl_normal"], rel=1e-4)


@uncompiled
def test_regularizers_and_added_losses_count():
    """The loss is that of the objective and of `model.losses`; its gradient moves the kernel."""
    results = []
    for strength in (0.0, 100.0):
        keras.utils.set_random_seed(0)
        model = tiny_slowvae()
        kernel = next(w for w in model.trainable_weights if w.path.endswith("kernel"))
        kernel.regularizer = keras.regularizers.L2(strength)
        model.compile(keras.optimizers.SGD(1e-4))
        before, penalty = kernel.numpy(), float(sum(model.losses))
        loss = model.evaluate(squares(4), verbose=0)
        loss = loss[0] if isinstance(loss, list) else loss
        model.fit(squares(4), verbose=0)
        results.append((loss, penalty, kernel.numpy() - before))
    (plain, none, step), (penalized, penalty, longer) = results
    assert none == 0.0 and penalized == pytest.approx(plain + penalty, rel=1e-5)
    np.testing.assert_allclose(longer - step, -1e-4 * 2 * 100.0 * before, atol=1e-4)


@pytest.mark.parametrize("method, value", [("fit", 180.0), ("evaluate", -1.0)])
def test_floats_outside_the_unit_range_are_refused_at_the_first_batch(method, value):
    model = tiny_slowvae()
    model.compile()
    frames = squares(8)
    frames[3, 1, 0, 0] = value
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"SlowVAE.fit: received pixels from .* in \[0, 1\]"):
        getattr(model, method)(frames, batch_size=8, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@uncompiled
def test_a_gaussian_likelihood_has_no_range():
    model = tiny_slowvae(likelihood="gaussian")
    model.compile()
    model.fit(5.0 * squares(4), verbose=0)


def test_gamma_zero_is_a_beta_vae():
    """Without the transition term, what is a pair does not matter to the gradients."""
    frames, noise = tf.constant(squares(4)), tf.random.stateless_normal((4, 2, 3), (1, 2))
    # The same images, paired otherwise.
    repaired = tf.reshape(tf.transpose(frames, (1, 0, 2, 3, 4)), frames.shape)
    renoised = tf.reshape(tf.transpose(noise, (1, 0, 2)), noise.shape)
    for gamma, equal in ((0.0, True), (10.0, False)):
        model = tiny_slowvae(beta=4.0, gamma=gamma)
        losses = [
            float(model.objective_of(f, n)[0]) for f, n in ((frames, noise), (repaired, renoised))
        ]
        assert (losses[0] == pytest.approx(losses[1], rel=1e-6)) == equal


@uncompiled
def test_noise_is_new_in_every_batch_and_reproducible():
    def losses(seed):
        keras.utils.set_random_seed(0)
        model = tiny_slowvae(seed=seed)
        model.compile(keras.optimizers.SGD(0.0))
        return model.fit(squares(8), epochs=3, batch_size=8, shuffle=False, verbose=0).history[
            "loss"
        ]

    first = losses(seed=1)
    assert len(set(first)) == 3
    assert losses(seed=1) == first
    assert losses(seed=2) != first


def test_validation_noise_is_the_same_in_every_epoch():
    model = tiny_slowvae()
    model.compile()
    scores = [model.evaluate(squares(8), verbose=0) for _ in range(2)]
    assert scores[0] == scores[1]


@uncompiled
def test_longer_sequences_train_too():
    model = tiny_slowvae()
    model.compile()
    history = model.fit(random_frames(4, 5, *SHAPE), batch_size=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


@pytest.mark.parametrize(
    "policy", ["mixed_float16", pytest.param("mixed_bfloat16", marks=pytest.mark.long)]
)
def test_mixed_precision_keeps_losses_in_float32(policy):
    frames = tf.constant(squares(4))
    noise = tf.random.stateless_normal((4, 2, 3), (1, 2))
    reference, model = tiny_slowvae(), tiny_slowvae(dtype=policy)
    model.set_weights(reference.get_weights())
    expected, _ = reference.objective_of(frames, noise)
    loss, terms = model.objective_of(frames, noise)
    assert {loss.dtype, *(t.dtype for t in terms.values())} == {tf.float32}
    assert float(loss) == pytest.approx(float(expected), rel=2e-2)
    assert float(loss) != float(expected)  # it did compute in half precision
    model.compile(keras.optimizers.Adam(3e-3))
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) == (
        policy == "mixed_float16"
    )
    losses = model.fit(squares(), epochs=12, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]
    assert {w.dtype for w in model.weights} == {"float32"}


@uncompiled
def test_a_trainable_prior_learns_and_is_saved(tmp_path):
    prior = GeneralizedNormalTransitionPrior(
        rate=1.0, power=1.5, trainable_rate=True, trainable_power=True, per_dimension=True
    )
    model = tiny_slowvae(transition_prior=prior)
    model.compile(keras.optimizers.Adam(1e-2))
    model.fit(squares(), epochs=2, batch_size=16, verbose=0)
    rate, power = (np.asarray(v) for v in (prior.current_rate(), prior.current_power()))
    assert rate.shape == power.shape == (3,)
    assert np.abs(rate - 1.0).min() > 1e-3 and np.abs(power - 1.5).min() > 1e-3
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(loaded.prior.current_rate(), rate)
    np.testing.assert_array_equal(loaded.prior.current_power(), power)


def test_a_given_laplace_prior_is_the_default_one():
    frames, noise = tf.constant(squares(4)), tf.random.stateless_normal((4, 2, 3), (1, 2))
    one = tiny_slowvae(rate=2.0)
    other = tiny_slowvae(transition_prior=LaplaceTransitionPrior(2.0))
    other.set_weights(one.get_weights())
    assert float(one.objective_of(frames, noise)[0]) == float(other.objective_of(frames, noise)[0])


def test_encode_and_decode():
    model = tiny_slowvae()
    frames = squares(5)
    codes = model.encode(frames, batch_size=3)
    assert codes.shape == (5, 2, 3) and codes.dtype == np.float32
    np.testing.assert_allclose(model.encode(frames[1, 0]), codes[1, 0], atol=1e-6)
    np.testing.assert_allclose(model.encode((255 * frames).astype("uint8")), codes, atol=1e-6)
    images = model.decode(codes, batch_size=3)
    assert images.shape == frames.shape
    assert 0 < images.min() and images.max() < 1
    np.testing.assert_allclose(images, model(frames), atol=1e-6)
    assert model.encode(frames[:0]).shape == (0, 2, 3)
    assert model.decode(codes[:0]).shape == (0, 2, *SHAPE)


@pytest.mark.parametrize("codes", [np.zeros((2, 4)), np.zeros(())])
def test_codes_of_another_size_are_refused(codes):
    refused(r"SlowVAE.decode: .*codes \(..., 3\)", tiny_slowvae().decode, codes)
    refused("a model without weights", SlowVAE().decode, codes)


def test_posterior_is_the_distribution_the_objective_uses():
    model = tiny_slowvae()
    frames = squares(4)
    posterior = model.posterior(frames)
    assert posterior.batch_shape == (4, 2) and posterior.event_shape == (3,)
    np.testing.assert_allclose(posterior.mean(), model.encode(frames), atol=1e-6)
    noise = tf.zeros((4, 2, 3))
    entropy = float(model.objective_of(tf.constant(frames), noise)[1]["normal_entropy"])
    assert float(tf.reduce_mean(posterior.entropy())) == pytest.approx(entropy, abs=1e-4)


@uncompiled
def test_training_goes_on_from_a_keras_file(tmp_path):
    """In this process; that files open in others is what `tests/conformance` checks."""
    model, frames = tiny_slowvae(), squares(16)
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(frames, batch_size=8, shuffle=False, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.encode(frames), model.encode(frames), atol=1e-5)
    assert again.optimizer.iterations == 2
    one, other = (
        each.fit(frames, batch_size=8, shuffle=False, verbose=0).history["loss"][0]
        for each in (model, again)
    )
    assert other == pytest.approx(one, rel=1e-4)


def test_export_serves_any_batch_and_length(tmp_path):
    model = tiny_slowvae()
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    for frames in (squares(3), squares(2)[:, :1]):
        np.testing.assert_allclose(served.serve(frames), model(frames), atol=1e-6)


class NoiseRecorder(SlowVAE):
    """Notes the noise of every replica."""

    def objective_of(self, frames, noise):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        tf.py_function(lambda r, n: self.seen.append((int(r), n.numpy())), [replica, noise], [])
        return super().objective_of(frames, noise)


def test_replicas_draw_other_noise_and_train_as_one_device(two_replicas):
    import contextlib

    frames, results = squares(8), []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        keras.utils.set_random_seed(0)
        with scope:
            model = NoiseRecorder(latent_size=3)
            model.seen = []
            model.compile(keras.optimizers.SGD(1e-4))
            model.build(frames.shape)
        logs = model.fit(frames, batch_size=4, epochs=2, shuffle=False, verbose=0).history
        results.append((model.get_weights(), logs, model.seen))
    (one, one_logs, one_noise), (two, two_logs, two_noise) = results
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for name in one_logs:
        np.testing.assert_allclose(one_logs[name], two_logs[name], rtol=1e-4, atol=1e-4)
    assert len(one_noise) == 4 and len(two_noise) == 8
    assert {replica for replica, _ in two_noise} == {0, 1}
    whole = [noise for _, noise in one_noise]
    for half, start in ((0, slice(0, 2)), (1, slice(2, 4))):
        for replica, noise in two_noise:
            if replica == half:
                assert any(np.array_equal(noise, w[start]) for w in whole)
