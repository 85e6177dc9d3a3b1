"""Training that is cut off and started again ends as if nothing had happened, bit for bit."""

import errno

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets import SequenceDataset
from st_keras.models import SlowVAE
from st_keras.training import (
    ExactResume,
    Forecaster,
    ReverseScheduledSampling,
    StepLimit,
    TimeBudget,
)
from st_keras.training.resume import state_file
from tests.tiny import random_frames, tiny_network
from tests.training.resume.interruption import (
    EPOCHS,
    STEPS,
    CtrlC,
    Kill,
    bits,
    check_same_run,
    dense_model,
    deterministic,
    interrupted,
    numbers,
    pythons_handler,
    uninterrupted,
)

__all__ = ["deterministic", "pythons_handler"]
QUIET = {"verbose": 0, "shuffle": False}
pytestmark = pytest.mark.usefixtures("deterministic")


def pairs(first=0):
    return tf.data.Dataset.from_tensor_slices(numbers()).batch(4).repeat().skip(first)


def fit_endless(model, first, callbacks):
    return model.fit(
        pairs(first), steps_per_epoch=STEPS, epochs=EPOCHS, callbacks=callbacks, **QUIET
    )


def fit_finite(model, first, callbacks):
    data = tf.data.Dataset.from_tensor_slices(numbers(18)).batch(4)
    return model.fit(data, epochs=EPOCHS, callbacks=callbacks, **QUIET)


def fit_validated(model, first, callbacks):
    x, y = numbers()
    return model.fit(
        pairs(first),
        steps_per_epoch=STEPS,
        epochs=EPOCHS,
        validation_data=(x[:8], y[:8]),
        callbacks=callbacks,
        **QUIET,
    )


def fit_arrays(model, first, callbacks):
    return model.fit(*numbers(18), batch_size=4, epochs=EPOCHS, callbacks=callbacks, verbose=0)


def fit_shuffled(model, first, callbacks):
    data = tf.data.Dataset.from_tensor_slices(numbers(18)).shuffle(18, seed=3).batch(4)
    return model.fit(data, epochs=EPOCHS, callbacks=callbacks, **QUIET)


def fit_passes(model, first, callbacks):
    """Ten batches, five per epoch: a pass takes two epochs, and the data shuffle anew."""
    data = tf.data.Dataset.from_tensor_slices(numbers(40)).shuffle(40, seed=3).batch(4)
    return model.fit(data, steps_per_epoch=STEPS, epochs=4, callbacks=callbacks, **QUIET)


def fit_unknown_length(model, first, callbacks):
    data = tf.data.Dataset.from_tensor_slices(numbers(18)).filter(lambda x, y: True).batch(4)
    return model.fit(data, epochs=EPOCHS, callbacks=callbacks, **QUIET)


RUNS = {
    "endless": (fit_endless, [3]),
    "endless, at the end of an epoch": (fit_endless, [5, 1, 7]),
    "finite": (fit_finite, [9]),
    "validated": (fit_validated, [5]),
    "arrays that Keras shuffles": (fit_arrays, [7]),
    "a shuffled dataset": (fit_shuffled, [11]),
    "passes that are longer than epochs": (fit_passes, [8, 9]),
}


@pytest.mark.parametrize("run", RUNS)
def test_ends_as_if_it_had_not_stopped(run, tmp_path):
    fit, kills = RUNS[run]
    check_same_run(dense_model, fit, tmp_path / "states", kills)


@pytest.mark.long
def test_data_that_begin_at_the_position(tmp_path):
    check_same_run(dense_model, fit_endless, tmp_path, [4, 6], every=3, replay_data=False)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.long
def test_data_of_unknown_length(tmp_path):
    check_same_run(dense_model, fit_unknown_length, tmp_path, [8])


@pytest.mark.long
def test_several_steps_per_execution(tmp_path):
    def make_model():
        return dense_model(steps_per_execution=2)

    check_same_run(make_model, fit_finite, tmp_path, [2, 2])  # 2 + 2 + 1 batches per epoch


@pytest.mark.long
def test_a_model_without_weights_at_first(tmp_path):
    def make_model():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
        return model

    check_same_run(make_model, fit_endless, tmp_path, [3, 3], every=1)


@pytest.mark.long
def test_mixed_float16(tmp_path):
    def make_model():
        keras.config.set_dtype_policy("mixed_float16")
        return dense_model()

    check_same_run(make_model, fit_endless, tmp_path, [4])


@pytest.mark.long
def test_forecaster(tmp_path):
    frames = random_frames(7, 6, 8, 8, 1)
    source = SequenceDataset.from_arrays(frames, context_length=2, horizon=4)

    def make_model():
        keras.utils.set_random_seed(0)
        model = Forecaster(tiny_network(), 2, sampling=ReverseScheduledSampling.over(8))
        model.compile("adam")
        model.build((None, None, 8, 8, 1))
        return model

    def fit(model, first, callbacks):
        data = source.as_dataset(2, shuffle=True, repeat=True, first_batch=first)
        return model.fit(data, steps_per_epoch=4, epochs=2, callbacks=callbacks, **QUIET)

    check_same_run(make_model, fit, tmp_path, [3, 3], every=1, replay_data=False)


@pytest.mark.long
def test_slowvae(tmp_path):
    frames = random_frames(6, 2, 16, 16, 1)

    def make_model():
        keras.utils.set_random_seed(0)
        model = SlowVAE(latent_size=2)
        model.compile(run_eagerly=True)
        return model

    def fit(model, first, callbacks):
        return model.fit(frames, batch_size=2, epochs=2, callbacks=callbacks, **QUIET)

    check_same_run(make_model, fit, tmp_path, [5], every=1)


@pytest.mark.long
def test_two_replicas(two_replicas, tmp_path):
    def make_model():
        with two_replicas.scope():
            return dense_model()

    check_same_run(make_model, fit_endless, tmp_path, [3, 4], every=1)


def test_the_state_of_other_callbacks(tmp_path):
    made = []

    def fit(model, first, callbacks):
        made.append(
            [
                StepLimit(13),
                keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1.0),
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=9, restore_best_weights=True, start_from_epoch=1
                ),
                keras.callbacks.ModelCheckpoint(
                    tmp_path / "best.keras", "val_loss", save_best_only=True
                ),
                keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            ]
        )
        # Before them and behind them: it does not matter.
        return fit_validated(model, first, [*made[-1][:2], *callbacks, *made[-1][2:]])

    check_same_run(dense_model, fit, tmp_path / "states", [6, 6])
    first, *_, last = made
    assert first[0].done == last[0].done == 13
    for name in ("best", "wait", "cooldown_counter"):
        assert getattr(last[1], name) == getattr(first[1], name)
    for name in ("best", "wait", "best_epoch", "stopped_epoch"):
        assert getattr(last[2], name) == getattr(first[2], name)
    assert last[3].best == first[3].best
    for a, b in zip(first[2].best_weights, last[2].best_weights, strict=True):
        np.testing.assert_array_equal(a, b)


def averaged_model():
    return dense_model(optimizer=keras.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.5))


@pytest.mark.parametrize("fit", [fit_endless, fit_validated])
@pytest.mark.parametrize("on_epoch", [True, False])
def test_weights_that_are_swapped_for_averages(fit, on_epoch, tmp_path):
    def swapping(model, first, callbacks):
        swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=on_epoch)
        return fit(model, first, [swap, *callbacks])

    # At the end of an epoch, within one, and once more when all is done.
    check_same_run(averaged_model, swapping, tmp_path, [6, 2], every=2)
    one, _ = uninterrupted(averaged_model, swapping)
    assert bits(interrupted(averaged_model, swapping, tmp_path, [])[0]) == one
    if on_epoch:
        assert one != uninterrupted(averaged_model, fit)[0]


def test_refuses_to_go_on_with_averages_for_weights(tmp_path):
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    fit_endless(averaged_model(), 0, [swap, ExactResume(tmp_path)])
    model = averaged_model()
    before = bits(model)
    with pytest.raises(ValueError, match="no callback that swaps them back"):
        fit_endless(model, 0, [ExactResume(tmp_path)])
    assert bits(model) == before


def test_refuses_another_callback_that_resumes(tmp_path):
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(ValueError, match="received BackupAndRestore among the callbacks"):
        fit_endless(dense_model(), 0, [backup, ExactResume(tmp_path / "states")])


class Counter(keras.callbacks.Callback):
    """Counts the batches it sees; knows how to keep its count."""

    count = 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1

    def get_state(self):
        return {"count": self.count}

    def set_state(self, state):
        self.count = state["count"]


def test_others_count_every_batch_once(tmp_path):
    counters = []

    def fit(model, first, callbacks):
        counters.append(Counter())
        return fit_endless(model, first, [counters[-1], *callbacks])

    interrupted(dense_model, fit, tmp_path, [4, 3])
    assert [counter.count for counter in counters] == [4, 5, EPOCHS * STEPS]


def test_a_finished_run_stays_finished(tmp_path):
    def fit(model, first, callbacks):
        return fit_endless(model, first, [*callbacks, StepLimit(7)])

    one, history = interrupted(dense_model, fit, tmp_path, [])
    two, again = interrupted(dense_model, fit, tmp_path, [])
    assert bits(two) == bits(one)
    assert again == history
    assert ExactResume(tmp_path).position == int(two.optimizer.iterations) == 7


def test_more_epochs_go_on(tmp_path):
    one, its_history = uninterrupted(dense_model, fit_endless)
    resume = ExactResume(tmp_path)
    for epochs in (1, EPOCHS):
        model = dense_model()
        history = model.fit(
            pairs(), steps_per_epoch=STEPS, epochs=epochs, callbacks=[resume], **QUIET
        )
    assert bits(model) == one
    assert history.history == its_history
    assert history.epoch == list(range(EPOCHS))
    # The model is as it was before: the next fit is one like any other.
    assert len(model.fit(pairs(), steps_per_epoch=1, **QUIET).epoch) == 1


def test_a_run_whose_time_was_up_goes_on(tmp_path):
    class UpAfterSeven(TimeBudget):
        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.optimizer.iterations) == 7:
                self.stopped = self.model.stop_training = True

    one, its_history = uninterrupted(dense_model, fit_endless)
    fit_endless(dense_model(), 0, [ExactResume(tmp_path), UpAfterSeven(1)])
    two, history = interrupted(dense_model, fit_endless, tmp_path, [])
    assert bits(two) == one
    assert history == its_history


def test_says_where_it_goes_on(tmp_path, capsys):
    interrupted_once(tmp_path, 3, every=1)
    model = dense_model(run_eagerly=True)
    model.fit(
        pairs(),
        steps_per_epoch=STEPS,
        epochs=1,
        callbacks=[ExactResume(tmp_path)],
        verbose=2,
        shuffle=False,
    )
    assert "going on after batch 2 (batch 2 of epoch 1)" in capsys.readouterr().out


def test_position_and_finish(tmp_path):
    resume = ExactResume(tmp_path / "states", every=2, keep=2)
    assert resume.position == 0
    with pytest.raises(KeyboardInterrupt):
        fit_endless(dense_model(run_eagerly=True), 0, [resume, Kill(8)])
    # Every two batches, and at the end of the epoch.
    assert sorted(resume._states.root.files()) == [5, 6]
    assert resume.position == ExactResume(tmp_path / "states").position == 6
    resume.finish()
    assert resume.position == 0
    assert not (tmp_path / "states").exists()


def interrupted_once(folder, after, **arguments):
    model = dense_model(run_eagerly=True)
    with pytest.raises(KeyboardInterrupt):
        fit_endless(model, 0, [ExactResume(folder, **{"every": 2, **arguments}), Kill(after)])


@pytest.mark.parametrize("name", ["every", "keep"])
def test_refuses_no_states(name, tmp_path):
    with pytest.raises(ValueError, match=f"ExactResume: received {name}=0"):
        ExactResume(tmp_path, **{name: 0})


def test_refuses_another_fingerprint(tmp_path):
    interrupted_once(tmp_path, 3, fingerprint={"seed": 1, "data": "a"})
    other = ExactResume(tmp_path, fingerprint={"seed": 2, "data": "a"})
    for look in (lambda: other.position, lambda: fit_endless(dense_model(), 0, [other])):
        with pytest.raises(ValueError, match="seed: 1 in the state, 2 now") as refusal:
            look()
        assert "data" not in str(refusal.value).split("seed:")[1].split("now")[0]


def test_refuses_the_state_of_another_model(tmp_path):
    interrupted_once(tmp_path, 3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match=r"another model: variable 0 is \S+ \(4, 8\) float32 in"):
        fit_endless(model, 0, [ExactResume(tmp_path)])


def test_refuses_the_state_of_another_optimizer(tmp_path):
    interrupted_once(tmp_path, 3)
    with pytest.raises(ValueError, match=r"another optimizer: .* in the state and .* in the model"):
        fit_endless(dense_model(optimizer=keras.optimizers.SGD()), 0, [ExactResume(tmp_path)])


def test_refuses_other_steps_per_execution(tmp_path):
    interrupted_once(tmp_path, 3)
    with pytest.raises(ValueError, match="steps_per_execution 1, now 5"):
        fit_endless(dense_model(steps_per_execution=5), 0, [ExactResume(tmp_path)])


def test_refuses_another_length_of_epochs(tmp_path):
    interrupted_once(tmp_path, 5)
    with pytest.raises(ValueError, match=f"steps_per_epoch {STEPS}, now 3. Required: the same"):
        dense_model(run_eagerly=True).fit(
            pairs(), steps_per_epoch=3, callbacks=[ExactResume(tmp_path)], **QUIET
        )


def test_refuses_batches_of_another_size(tmp_path):
    interrupted_once(tmp_path, 3)
    data = tf.data.Dataset.from_tensor_slices(numbers()).repeat().batch(8, drop_remainder=True)
    resume = ExactResume(tmp_path, replay_data=False)
    assert resume.position == 2
    with pytest.raises(ValueError, match=r"batch \['\(None, 4\) .* now \['\(8, 4\) float32'"):
        dense_model(run_eagerly=True).fit(data, steps_per_epoch=STEPS, callbacks=[resume], **QUIET)


def test_refuses_more_data(tmp_path):
    interrupted_once(tmp_path, 3)
    data = tf.data.Dataset.from_tensor_slices(numbers()).batch(4)
    with pytest.raises(ValueError, match="batches None, now 10"):
        dense_model(run_eagerly=True).fit(
            data, steps_per_epoch=STEPS, callbacks=[ExactResume(tmp_path)], **QUIET
        )


def test_refuses_data_that_are_too_short(tmp_path):
    interrupted_once(tmp_path, 8)
    short = tf.data.Dataset.from_tensor_slices(numbers(8)).filter(lambda x, y: True).batch(4)
    with pytest.raises(ValueError, match="a dataset that ends before batch 6 of its pass"):
        dense_model(run_eagerly=True).fit(
            short, steps_per_epoch=STEPS, epochs=2, callbacks=[ExactResume(tmp_path)], **QUIET
        )


def test_refuses_data_that_began_elsewhere(tmp_path):
    resume = ExactResume(tmp_path, replay_data=False)
    assert resume.position == 0
    interrupted_once(tmp_path, 3, every=1)  # another process
    with pytest.raises(ValueError, match=r"position=0, where the data begin, but .* after batch 2"):
        fit_endless(dense_model(), 0, [resume])


def test_refuses_data_that_begin_anywhere(tmp_path):
    resume = ExactResume(tmp_path, every=1, replay_data=False)
    model = dense_model(run_eagerly=True)
    model.fit(pairs(), steps_per_epoch=2, callbacks=[resume], **QUIET)  # nothing was there
    for again in (resume, ExactResume(tmp_path, replay_data=False)):
        with pytest.raises(
            ValueError, match=r"a state after batch 2, but nobody has asked .* read"
        ):
            model.fit(pairs(), steps_per_epoch=2, epochs=2, callbacks=[again], **QUIET)
    assert resume.position == 2
    model.fit(pairs(2), steps_per_epoch=2, epochs=2, callbacks=[resume], **QUIET)
    assert resume.position == 4


@pytest.mark.parametrize(
    ("fit", "ctrl_c", "after"),
    [
        (fit_endless, {"batches": 8}, 8),
        (fit_validated, {"validations": 2}, 10),
    ],
)
def test_a_state_after_ctrl_c(fit, ctrl_c, after, tmp_path, pythons_handler):
    resume = ExactResume(tmp_path, every=100)
    resume.write_now()
    with pytest.raises(KeyboardInterrupt):
        fit(dense_model(), 0, [CtrlC(**ctrl_c), resume, StepLimit(99)])
    keras.utils.set_random_seed(9)  # what happens since does not matter
    resume.write_now()
    assert resume.position == after
    written = max(tmp_path.iterdir()).stat().st_mtime_ns
    resume.write_now()
    assert max(tmp_path.iterdir()).stat().st_mtime_ns == written
    one, its_history = uninterrupted(dense_model, fit)
    two, history = interrupted(dense_model, fit, tmp_path, [])
    assert bits(two) == one
    assert history == its_history


def test_no_state_of_half_a_batch(tmp_path):
    resume = ExactResume(tmp_path, every=2)
    for after, position in ((1, 0), (4, 2)):
        with pytest.raises(KeyboardInterrupt):
            fit_endless(dense_model(run_eagerly=True), 0, [resume, Kill(after)])
        resume.write_now()
        assert resume.position == ExactResume(tmp_path).position == position


def test_a_damaged_state_is_passed_over(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit_endless(dense_model(), 0, [ExactResume(tmp_path, every=2), Kill(8)])
    newest = max(tmp_path.glob("state-*.npz"))
    newest.write_bytes(newest.read_bytes()[:-100])
    one, _ = uninterrupted(dense_model, fit_endless)
    with pytest.warns(UserWarning, match=r"damaged training states .*state-000000000006.npz"):
        two, _ = interrupted(dense_model, fit_endless, tmp_path, [])
    assert bits(two) == one


def test_only_damaged_states(tmp_path):
    interrupted_once(tmp_path, 3)
    for path in tmp_path.glob("state-*.npz"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="only damaged training states"):
        fit_endless(dense_model(), 0, [ExactResume(tmp_path)])


def test_full_disk(tmp_path, monkeypatch):
    interrupted_once(tmp_path, 6)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def no_room(file, arrays):
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state_file, "write_bytes", no_room)
    with pytest.raises(ValueError, match=r"No space left .* older states are intact. Make room"):
        fit_endless(dense_model(run_eagerly=True), 0, [ExactResume(tmp_path, every=1)])
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
