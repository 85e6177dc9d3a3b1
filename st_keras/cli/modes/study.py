"""The study of mode collapse: models trained on a mixture of modes and on each alone, compared."""

import dataclasses
import functools
import json
import math
import sys

import keras
import numpy as np

from st_keras.cli.modes.equal_parameters import build_with_parameters, trainable_parameters
from st_keras.cli.modes.pictures import closed_loop, first_memories, top_importance
from st_keras.cli.modes.report import print_study, write_study
from st_keras.cli.run_folder import typed, versions
from st_keras.cli.run_record import options_of
from st_keras.cli.study_folder import load_member, open_study_folder, train_member_once
from st_keras.cli.whole_file import written_whole
from st_keras.datasets import MixedModes
from st_keras.files.json_file import read_json
from st_keras.metrics.modes import a_distance_matrix, importance_separation, mode_errors
from st_keras.models import ModeRNN
from st_keras.training import Forecaster, ScheduledSampling, StepLimit
from st_keras.validation import error

MIXTURE = "mixture"
REPORTS = 8  # validations per run
VALIDATION_SEQUENCES = 33  # of the mixture; a run on one mode takes those of that mode
PATCH_SIZE = 8
SETTINGS = (
    *("models", "modes", "steps", "batch_size", "parameters", "learning_rate", "precision"),
    *("context_length", "horizon"),
)


def study_modes(asked):
    """Train what is not there yet, score everything, print and draw it.

    Args:
        asked: what `study modes` was told.
    """
    told = options_of(asked)
    settings = {name: told[name] for name in SETTINGS}
    _check(asked)
    folder = open_study_folder(asked.out, settings)
    test = _digits(asked, split="test", num_sequences=asked.test_sequences)
    sequences = test.sequences(0, asked.test_sequences)
    labels = test.mode_labels(0, asked.test_sequences)
    seeds = range(asked.fit.seed, asked.fit.seed + asked.seeds)
    members = [_Member(m, seed, asked, folder) for seed in seeds for m in asked.models]
    for member in members:
        member.train()
    results = {}
    for member in members:
        print(f"Scoring {member.model}, seed {member.seed}.", flush=True)
        results.setdefault(member.model, []).append(member.scores(sequences, labels))
    print_study(results, asked.modes)
    content = {"versions": versions(), "command": typed(asked)}
    content |= {"settings": settings, "seeds": list(seeds)}
    content |= {"test_sequences": asked.test_sequences, "results": results}
    write_study(folder, results, asked.modes, content)
    print(f"\nWritten:\n{folder.report()}")


def _check(asked):
    """Refuse before any work what would fail after hours of it."""
    digits = _digits(asked, split="test", num_sequences=None)
    for model in asked.models:
        build_with_parameters(model, asked.parameters, digits.image_shape, PATCH_SIZE)
    keras.utils.clear_session()


@dataclasses.dataclass(frozen=True)
class _Member:
    """One model and one seed: trained on the mixture, and once on each of its modes alone."""

    model: str
    seed: int
    asked: object
    folder: object

    def train(self):
        """Train all its runs that are not there yet."""
        for data in (MIXTURE, *self.asked.modes):
            name = self._name(data)
            train_member_once(self.folder, name, functools.partial(self._train, name, data))
            # The graphs of many runs would fill the memory.
            keras.utils.clear_session()

    def scores(self, sequences, labels):
        """Return errors by mode of all its runs, and how far its features separate the modes."""
        modes = self.asked.modes
        mixture = load_member(self.folder, self._name(MIXTURE))
        single = {}
        for k, mode in enumerate(modes):
            alone = load_member(self.folder, self._name(mode))
            single[mode] = float(self._errors(alone, sequences[labels == k]).mean())
        frames, mask = closed_loop(mixture, sequences)
        batch_size = self.asked.fit.batch_size
        memories = first_memories(mixture, frames, mask, batch_size)
        distances = a_distance_matrix(memories, labels)
        found = {
            "parameters": trainable_parameters(mixture.network),
            "mixture": mode_errors(self._errors(mixture, sequences), labels, modes),
            "single": single,
            "a_distance": float(distances[np.triu_indices(len(modes), 1)].mean()),
            "curve": self._curve(MIXTURE),
        }
        if isinstance(mixture.network, ModeRNN):
            responses = top_importance(mixture, frames, mask, batch_size)
            separation = importance_separation(responses.mean(1), labels)
            found["importance_separation"] = separation.overall
            found["importance_chance"] = separation.chance
        return found

    def _name(self, data):
        return f"{self.model}-{data}-seed{self.seed}"

    def _train(self, name, data):
        fit = self.asked.fit
        print(f"Training {name}: {fit.steps} batches.", flush=True)
        train, validation = (
            _digits(self.asked, split=split, seed=self.seed, num_sequences=count)
            for split, count in (("train", None), ("validation", VALIDATION_SEQUENCES))
        )
        if data != MIXTURE:
            train, validation = train.only(data), validation.only(data)
        model = self._compiled(train.image_shape)
        reports = min(REPORTS, fit.steps)
        per_report = math.ceil(fit.steps / reports)
        history = model.fit(
            train.as_dataset(fit.batch_size),
            validation_data=validation.as_dataset(fit.batch_size),
            steps_per_epoch=per_report,
            epochs=reports,
            callbacks=[StepLimit(fit.steps), keras.callbacks.TerminateOnNaN()],
            shuffle=False,
            verbose=1 if sys.stdout.isatty() else 2,
        )
        # Of the frames alone: PredRNN-V2 adds its decoupling term to the loss.
        losses = history.history.get("val_frame_loss", history.history["val_loss"])
        curve = {
            "steps": [min((k + 1) * per_report, fit.steps) for k in range(len(losses))],
            "losses": [float(loss) for loss in losses],
        }
        if not np.isfinite([*history.history["loss"], *losses]).all():
            raise error(
                "st-keras study modes",
                f"a loss of {name} that is no longer finite",
                "a finite loss",
                "Lower --learning-rate, or use --precision float32. This run has not been saved; "
                "those before it have.",
            )
        with written_whole(self._curve_file(data)) as unfinished:
            unfinished.write_text(json.dumps(curve), encoding="utf-8")
        return model

    def _compiled(self, image_shape):
        asked, fit = self.asked, self.asked.fit
        keras.utils.set_random_seed(self.seed)
        network = build_with_parameters(
            self.model, asked.parameters, image_shape, PATCH_SIZE, dtype=asked.precision
        )
        model = Forecaster(
            network,
            context_length=asked.context_length,
            sampling=ScheduledSampling.over(max(fit.steps, 8)),
            seed=self.seed,
        )
        rate = keras.optimizers.schedules.CosineDecay(
            0.1 * fit.learning_rate,
            max(fit.steps - 20, 1),
            alpha=0.02,
            warmup_target=fit.learning_rate,
            warmup_steps=min(20, fit.steps),
        )
        model.compile(keras.optimizers.Adam(rate))
        model.build((None, None, *image_shape))
        return model

    def _errors(self, model, sequences):
        """MSE of each sequence: summed over pixels, averaged over lead times (N,)."""
        context, truth = np.split(sequences, [self.asked.context_length], axis=1)
        forecast = model.forecast(context, truth.shape[1])
        return np.square(forecast - truth).sum(axis=(2, 3, 4)).mean(axis=1)

    def _curve(self, data):
        file = self._curve_file(data)
        member = f"{self._name(data)}.keras"
        return read_json(
            "--out",
            file,
            "the curve that was written when the run was trained",
            f"Delete {member} beside it, and the study trains that run again.",
        )

    def _curve_file(self, data):
        return self.folder / f"{self._name(data)}.curve.json"


def _digits(asked, split, num_sequences, seed=0):
    frames = asked.context_length + asked.horizon
    return MixedModes(
        modes=tuple(asked.modes),
        split=split,
        num_frames=frames,
        num_sequences=num_sequences,
        seed=seed,
    )
