"""A limit in minutes: as many batches as there is time for."""

import json
import types

import pytest

from st_keras.cli import pacing
from st_keras.cli.grammar import parse
from st_keras.cli.network_settings import resolved
from st_keras.cli.worker_group import WorkerGroup

LINE = "train predrnn --data digits --out {out}"


@pytest.fixture
def paced(tmp_path, monkeypatch, capsys):
    """Reading a batch takes 0.2 s, training 0.3 s; tracing, before the first one, 20 s."""
    now, prepared = [0.0], []

    def passes(seconds):
        now[0] += seconds

    def read(batch_size):
        while True:
            passes(0.2)
            yield batch_size

    def prepare(settings):
        recipe = resolved("predrnn", settings.network, settings.recipe, steps=settings.fit.steps)[1]
        prepared.append(recipe["steps"])
        trace = iter([20.0])
        model = types.SimpleNamespace(train_on_batch=lambda _: passes(0.3 + next(trace, 0.0)))
        return model, types.SimpleNamespace(training_dataset=read), recipe

    monkeypatch.setattr(pacing, "time", types.SimpleNamespace(perf_counter=lambda: now[0]))

    def run(flags, workers=None):
        settings = parse(f"{LINE.format(out=tmp_path)} {flags}".split())[1]
        _, _, recipe = pacing.prepare_in_time(settings, prepare, workers or WorkerGroup())
        assert settings.fit.steps == parse(f"{LINE.format(out='x')} {flags}".split())[1].fit.steps
        return recipe["steps"], prepared, capsys.readouterr().out

    return run


def test_as_many_as_there_is_time_for(paced):
    steps, prepared, told = paced("--max-minutes 10")
    assert (steps, len(prepared)) == (1104, 2)  # 92 % of 1,200
    assert told.startswith("0.5 s a batch: 1,104 batches in 10 minutes (the recipe has ")


def test_what_is_made_for_minutes_becomes_longer_and_a_published_recipe_does_not(paced):
    assert paced("--max-minutes 1000")[0] == 110_400
    assert paced("--recipe predrnn_v2_kth --max-minutes 1000")[0] == 80_000


def test_at_least_one_batch(paced):
    assert paced("--max-minutes 0.01")[0] == 1


@pytest.mark.parametrize("flags", ["", "--steps 7", "--steps 7 --max-minutes 10"])
def test_nothing_is_timed_without_minutes_or_with_a_number_of_batches(flags, paced):
    _, prepared, told = paced(flags)
    assert len(prepared) == 1 and told == ""


def test_several_replicas_are_not_timed(paced):
    workers = types.SimpleNamespace(replicas=2)
    assert len(paced("--max-minutes 10", workers)[1]) == 1


@pytest.mark.parametrize("minutes", ["--max-minutes 10", ""])
def test_a_run_that_goes_on_has_the_batches_it_began_with(minutes, paced, tmp_path):
    record = {"format": 2, "status": "running", "recipe": {"steps": 321}}
    record |= {"options": {}, "data_fingerprint": {}, "versions": {}}
    (tmp_path / "run.json").write_text(json.dumps(record))
    steps, prepared, told = paced(f"{minutes} --resume")
    assert (steps, prepared, told) == (321, [321], "")
