"""Training that is cut off and started again ends as if nothing had happened, bit for bit."""

import errno
import shutil

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
    graph_model,
    interrupted,
    numbers,
    pythons_handler,
    uninterrupted,
)

__all__ = ["deterministic", "pythons_handler"]
QUIET = {"verbose": 0, "shuffle": False}
ENDLESS = {"steps_per_epoch": STEPS, "epochs": EPOCHS, **QUIET}
pytestmark = pytest.mark.usefixtures("deterministic")


def dataset(count=40):
    return tf.data.Dataset.from_tensor_slices(numbers(count))


def pairs(first=0):
    return dataset().batch(4).repeat().skip(first)


def fit_endless(model, first, callbacks):
    return model.fit(pairs(first), callbacks=callbacks, **ENDLESS)


def fit_finite(model, first, callbacks):
    return model.fit(dataset(18).batch(4), epochs=EPOCHS, callbacks=callbacks, **QUIET)


def fit_validated(model, first, callbacks):
    x, y = numbers()
    validation = x[:8], y[:8]
    return model.fit(pairs(first), validation_data=validation, callbacks=callbacks, **ENDLESS)


def fit_arrays(model, first, callbacks):
    return model.fit(*numbers(18), batch_size=4, epochs=EPOCHS, callbacks=callbacks, verbose=0)


def fit_shuffled(model, first, callbacks):
    data = dataset(18).shuffle(18, seed=3).batch(4)
    return model.fit(data, epochs=EPOCHS, callbacks=callbacks, **QUIET)


def fit_passes(model, first, callbacks):
    """Ten batches, five per epoch: a pass takes two epochs, and the data shuffle anew."""
    data = dataset().shuffle(40, seed=3).batch(4)
    return model.fit(data, callbacks=callbacks, **ENDLESS | {"epochs": 4})


def fit_shuffled_validation(model, first, callbacks):
    """Data of unknown length, and a part of others that shuffle anew in every validation."""
    return model.fit(
        dataset(18).filter(lambda x, y: True).batch(4),
        epochs=EPOCHS,
        validation_data=dataset(18).shuffle(18, seed=3).batch(4),
        validation_steps=2,
        callbacks=callbacks,
        **QUIET,
    )


def two_steps_model():
    return dense_model(steps_per_execution=2)


def float16_model():
    keras.config.set_dtype_policy("mixed_float16")
    return dense_model()


def accumulating_model():
    return dense_model(optimizer=keras.optimizers.SGD(0.1, gradient_accumulation_steps=2))


def averaged_model():
    return dense_model(optimizer=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))


def model_without_weights():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"], run_eagerly=True)
    return model


def slowvae():
    keras.utils.set_random_seed(0)
    model = SlowVAE(latent_size=2)
    model.compile(run_eagerly=True)
    return model


def fit_slowvae(model, first, callbacks):
    frames = random_frames(6, 2, 16, 16, 1)
    return model.fit(frames, batch_size=2, epochs=2, callbacks=callbacks, **QUIET)


def forecaster():
    keras.utils.set_random_seed(0)
    model = Forecaster(tiny_network(), 2, sampling=ReverseScheduledSampling.over(8))
    model.compile("adam", run_eagerly=True)
    model.build((None, None, 8, 8, 1))
    return model


def fit_forecaster(model, first, callbacks):
    frames = random_frames(7, 6, 8, 8, 1)
    source = SequenceDataset.from_arrays(frames, context_length=2, horizon=4)
    data = source.as_dataset(2, shuffle=True, repeat=True, first_batch=first)
    return model.fit(data, callbacks=callbacks, **ENDLESS | {"steps_per_epoch": 4, "epochs": 2})


def forecaster_of_scans():
    keras.utils.set_random_seed(0)
    model = Forecaster(tiny_network(filters=(2,)), 3, missing="mask", max_missing_scans=2)
    model.compile("adam", run_eagerly=True)
    model.build((None, None, 4, 4, 1))
    return model


def fit_scans(model, first, callbacks):
    frames = random_frames(7, 5, 4, 4, 1)
    frames[frames < 0.3] = np.nan
    data = tf.data.Dataset.from_tensor_slices(frames).batch(2).repeat().skip(first)
    return model.fit(data, callbacks=callbacks, **ENDLESS | {"steps_per_epoch": 4, "epochs": 2})


AT_POSITION = {"replay_data": False}
EACH = {"every": 1}
RUNS = {
    "with dropped scans": (forecaster_of_scans, fit_scans, [3], {**EACH, **AT_POSITION}),
    "in a graph": (graph_model, fit_endless, [3], {}),
    "at the end of an epoch": (dense_model, fit_endless, [5, 1, 7], {}),
    "at the position": (dense_model, fit_endless, [4, 6], {"every": 3, **AT_POSITION}),
    "finite": (dense_model, fit_finite, [9], {}),
    "validated": (dense_model, fit_validated, [5], {}),
    "validated, at the position": (dense_model, fit_validated, [5, 3], AT_POSITION),
    "arrays that Keras shuffles": (dense_model, fit_arrays, [7], {}),
    "a shuffled dataset": (dense_model, fit_shuffled, [11], {}),
    "passes that are longer than epochs": (dense_model, fit_passes, [8, 9], {}),
    "of unknown length": (dense_model, fit_shuffled_validation, [8, 2], {}),
    # 2 + 2 + 1 batches per epoch
    "several steps per execution": (two_steps_model, fit_finite, [2, 2], {}),
    "a model without weights at first": (model_without_weights, fit_endless, [3, 3], EACH),
    "... at the position": (model_without_weights, fit_endless, [3, 3], {**EACH, **AT_POSITION}),
    "mixed float16, with a loss scale": (float16_model, fit_endless, [4], {}),
    "gradients added up": (accumulating_model, fit_endless, [4], EACH),
}
LONG_RUNS = {
    "a forecaster": (forecaster, fit_forecaster, [3, 3], {**EACH, **AT_POSITION}),
    "a SlowVAE": (slowvae, fit_slowvae, [5], EACH),
    "several steps, at the position": (two_steps_model, fit_endless, [2, 2], AT_POSITION),
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize(
    "run", [*RUNS, *(pytest.param(name, marks=pytest.mark.long) for name in LONG_RUNS)]
)
def test_ends_as_if_it_had_not_stopped(run, tmp_path):
    make_model, fit, kills, arguments = (RUNS | LONG_RUNS)[run]
    check_same_run(make_model, fit, tmp_path / "states", kills, **arguments)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("fit", [fit_finite, fit_validated, fit_arrays, fit_shuffled_validation])
@pytest.mark.parametrize("steps", [1, 2])
def test_the_same_in_a_graph(fit, steps, tmp_path):
    def make_model():
        return dense_model(run_eagerly=False, steps_per_execution=steps)

    check_same_run(make_model, fit, tmp_path, [3, 3], **EACH)


def test_two_replicas(two_replicas, tmp_path):
    def make_model():
        with two_replicas.scope():
            return dense_model()

    check_same_run(make_model, fit_endless, tmp_path, [3, 4], **EACH)


def test_the_state_of_other_callbacks(tmp_path):
    made = []

    def fit(model, first, callbacks):
        best = tmp_path / "best.keras"
        others = [
            StepLimit(13),
            keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1.0),
            keras.callbacks.EarlyStopping(
                "val_loss", patience=9, restore_best_weights=True, start_from_epoch=1
            ),
            keras.callbacks.ModelCheckpoint(best, "val_loss", save_best_only=True),
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        ]
        made.append(others)
        # Before them and behind them: it does not matter.
        return fit_validated(model, first, [*others[:2], *callbacks, *others[2:]])

    check_same_run(dense_model, fit, tmp_path / "states", [6, 6])
    first, *_, last = made
    assert first[0].done == last[0].done == 13
    for number, names in enumerate(
        [(), ("best", "wait", "cooldown_counter"), ("best", "wait", "best_epoch"), ("best",)]
    ):
        for name in names:
            assert getattr(last[number], name) == getattr(first[number], name)
    for a, b in zip(first[2].best_weights, last[2].best_weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("on_epoch", [True, False])
def test_weights_that_are_swapped_for_averages(on_epoch, tmp_path):
    def swapping(model, first, callbacks):
        swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=on_epoch)
        return fit_validated(model, first, [swap, *callbacks])

    # At the end of an epoch, within one, and once more when all is done.
    check_same_run(averaged_model, swapping, tmp_path, [6, 2], every=2)
    one, _ = uninterrupted(averaged_model, swapping)
    assert bits(interrupted(averaged_model, swapping, tmp_path, [])[0]) == one
    if on_epoch:
        assert one != uninterrupted(averaged_model, fit_validated)[0]


def test_refuses_to_go_on_with_averages_for_weights(tmp_path):
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    fit_endless(averaged_model(), 0, [swap, ExactResume(tmp_path)])
    model = averaged_model()
    before = bits(model)
    with pytest.raises(ValueError, match="no callback that swaps them back"):
        fit_endless(model, 0, [ExactResume(tmp_path)])
    assert bits(model) == before


class Counter(keras.callbacks.Callback):
    """Counts the batches it sees; knows how to keep its count."""

    count = 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1

    def get_state(self):
        return {"count": self.count}

    def set_state(self, state):
        self.count = state["count"]


def test_others_see_every_batch_once(tmp_path):
    counters, seen = [], []

    def fit(model, first, callbacks):
        counters.append(Counter())
        seen.append([])
        stateless = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: seen[-1].append(f"epoch {epoch}"),
            on_train_batch_end=lambda batch, logs: seen[-1].append(batch),
        )
        return fit_endless(model, first, [counters[-1], stateless, *callbacks])

    interrupted(dense_model, fit, tmp_path, [4, 3])
    assert [counter.count for counter in counters] == [4, 5, EPOCHS * STEPS]
    assert seen[1] == ["epoch 0", 2, 3, 4]
    assert seen[2][:4] == ["epoch 0", 4, "epoch 1", 0]


def test_a_finished_run_stays_finished(tmp_path):
    def fit(model, first, callbacks):
        return fit_endless(model, first, [*callbacks, StepLimit(7)])

    one, history = interrupted(dense_model, fit, tmp_path, [])
    two, again = interrupted(dense_model, fit, tmp_path, [])
    assert bits(two) == bits(one)
    assert again == history
    assert two.stop_training
    assert ExactResume(tmp_path).position == int(two.optimizer.iterations) == 7


def test_more_epochs_go_on(tmp_path):
    one, its_history = uninterrupted(dense_model, fit_endless)
    resume = ExactResume(tmp_path)
    for epochs in (1, EPOCHS, EPOCHS):
        model = dense_model()
        history = model.fit(pairs(), callbacks=[resume], **ENDLESS | {"epochs": epochs})
        assert not model.stop_training
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


def interrupt_once(folder, after, **arguments):
    with pytest.raises(KeyboardInterrupt):
        resume = ExactResume(folder, **{"every": 2, **arguments})
        fit_endless(dense_model(), 0, [resume, Kill(after)])


@pytest.fixture(scope="module")
def states(deterministic, tmp_path_factory):
    """States after six batches, and those before."""
    folder = tmp_path_factory.mktemp("states")
    interrupt_once(folder, 7, fingerprint={"seed": 1, "data": "a"})
    return folder


def test_position_and_finish(tmp_path, capsys):
    resume = ExactResume(tmp_path / "states", every=2, keep=2)
    assert resume.position == 0
    with pytest.raises(KeyboardInterrupt):
        fit_endless(dense_model(), 0, [resume, Kill(8)])
    # Every two batches, and at the end of the epoch.
    assert sorted(resume._states.root.files()) == [5, 6]
    assert resume.position == ExactResume(tmp_path / "states").position == 6
    with pytest.raises(KeyboardInterrupt):
        dense_model().fit(
            pairs(), callbacks=[resume, Kill(1)], **ENDLESS | {"verbose": 2, "epochs": 2}
        )
    assert "going on after batch 6 (batch 1 of epoch 2)" in capsys.readouterr().out
    resume.finish()
    assert resume.position == 0
    assert not (tmp_path / "states").exists()


def test_a_fit_that_was_left_in_its_replay_leaves_nothing_behind(states):
    def fail(number, batch):
        with tf.control_dependencies([tf.debugging.assert_less(number, tf.constant(3, tf.int64))]):
            return tf.nest.map_structure(tf.identity, batch)

    model = dense_model()
    with pytest.raises(tf.errors.InvalidArgumentError):
        model.fit(pairs().enumerate().map(fail), callbacks=[ExactResume(states)], **ENDLESS)
    assert int(model.optimizer.iterations) == 0
    x, y = numbers(8)
    model.fit(x, y, 4, validation_data=(x, y), **QUIET)
    assert int(model.optimizer.iterations) == 2
    assert model.evaluate(x, y, verbose=0)[0] > 0


REFUSED = {
    "another resumes": (
        {"others": lambda: [keras.callbacks.BackupAndRestore("backup")]},
        "BackupAndRestore among the callbacks",
    ),
    "another fingerprint": ({"fingerprint": {"seed": 2, "data": "a"}}, "seed: 1 in .*, 2 now"),
    "another optimizer": (
        {"model": lambda: dense_model(optimizer=keras.optimizers.Adam())},
        r"another optimizer: .* in the state and .* in the model",
    ),
    "other metrics": ({"model": lambda: dense_model(metrics=())}, "another set of metrics"),
    "other steps per execution": (
        {"model": lambda: dense_model(steps_per_execution=5)},
        "steps_per_execution 1, now 5",
    ),
    "another length of epochs": (
        {"steps_per_epoch": 3},
        f"steps_per_epoch {STEPS}, now 3. Required: the same",
    ),
    "batches of another size": (
        {"data": lambda: dataset().repeat().batch(8, drop_remainder=True)},
        r"batch \['\(None, 4\) .* now \['\(8, 4\) float32'",
    ),
    "an end elsewhere": (
        {"data": lambda: dataset(8).filter(lambda x, y: True).batch(4)},
        r"data that are not where they were after 6 steps, in batch 1 of epoch 2.*same data; with",
    ),
}


def another_model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


REFUSED["another model"] = (
    {"model": another_model},
    r"another model: variable 0 is \S+ \(4, 8\) float32 in",
)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("case", REFUSED)
def test_refuses_to_go_on(case, states):
    change, message = REFUSED[case]
    before = {path: path.read_bytes() for path in states.iterdir()}
    model = change.get("model", dense_model)()
    resume = ExactResume(states, fingerprint=change.get("fingerprint"))
    if "fingerprint" in change:
        with pytest.raises(ValueError, match=message) as refusal:
            resume.position  # noqa: B018
        assert "data" not in str(refusal.value).split("seed:")[1].split("now")[0]
    settings = {**ENDLESS, "steps_per_epoch": change.get("steps_per_epoch", STEPS)}
    callbacks = [*change.get("others", list)(), resume]
    with pytest.raises(ValueError, match=f"ExactResume: received .*{message}"):
        model.fit(change.get("data", pairs)(), callbacks=callbacks, **settings)
    assert not int(model.optimizer.iterations)
    assert {path: path.read_bytes() for path in states.iterdir()} == before


@pytest.mark.parametrize("name", ["every", "keep"])
def test_refuses_no_states(name, tmp_path):
    with pytest.raises(ValueError, match=f"ExactResume: received {name}=0"):
        ExactResume(tmp_path, **{name: 0})


def test_refuses_finite_data_that_end_sooner(tmp_path):
    """Five batches, then those that are left after the position: not the same epochs."""
    resume = ExactResume(tmp_path, every=1, replay_data=False)
    with pytest.raises(KeyboardInterrupt):
        fit_finite(dense_model(), 0, [resume, Kill(3)])
    rest = dataset(18).batch(4).skip(resume.position)
    with pytest.raises(ValueError, match="steps_per_epoch 5, now 3"):
        dense_model().fit(rest, epochs=EPOCHS, callbacks=[resume], **QUIET)


def test_refuses_data_that_began_elsewhere(tmp_path):
    resume = ExactResume(tmp_path, replay_data=False)
    assert resume.position == 0
    interrupt_once(tmp_path, 3, every=1)  # another process
    with pytest.raises(ValueError, match=r"position=0, where the data begin, but .* after batch 2"):
        fit_endless(dense_model(), 0, [resume])


def test_refuses_data_that_begin_anywhere(tmp_path):
    resume = ExactResume(tmp_path, every=1, replay_data=False)
    model = dense_model()
    model.fit(pairs(), steps_per_epoch=2, callbacks=[resume], **QUIET)  # nothing was there
    message = r"a state after batch 2, but nobody has asked .* read"
    for again in (resume, ExactResume(tmp_path, replay_data=False)):
        with pytest.raises(ValueError, match=message):
            model.fit(pairs(), steps_per_epoch=2, epochs=2, callbacks=[again], **QUIET)
    assert resume.position == 2
    model.fit(pairs(2), steps_per_epoch=2, epochs=2, callbacks=[resume], **QUIET)
    assert resume.position == 4


@pytest.mark.parametrize(
    ("fit", "ctrl_c", "after"),
    [(fit_endless, {"batches": 8}, 8), (fit_validated, {"validations": 2}, 10)],
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
            fit_endless(dense_model(), 0, [resume, Kill(after)])
        resume.write_now()
        assert resume.position == ExactResume(tmp_path).position == position


def test_damaged_states(states, tmp_path):
    folder = shutil.copytree(states, tmp_path / "states")
    newest = max(folder.glob("state-*.npz"))
    newest.write_bytes(newest.read_bytes()[:-100])
    one, _ = uninterrupted(dense_model, fit_endless)
    with pytest.warns(UserWarning, match=r"damaged training states .*state-000000000006.npz"):
        two, _ = interrupted(dense_model, fit_endless, folder, [])
    assert bits(two) == one
    for path in folder.glob("state-*.npz"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="only damaged training states"):
        fit_endless(dense_model(), 0, [ExactResume(folder)])


def test_full_disk(states, monkeypatch):
    before = {path: path.read_bytes() for path in states.iterdir()}

    def no_room(file, arrays):
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state_file, "write_bytes", no_room)
    with pytest.raises(ValueError, match=r"No space left .* older states are intact. Make room"):
        fit_endless(dense_model(), 0, [ExactResume(states, every=1)])
    assert {path: path.read_bytes() for path in states.iterdir()} == before
