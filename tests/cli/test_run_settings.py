"""Settings of every run."""

import pytest

from st_keras.choices import STRATEGIES
from st_keras.cli.grammar import parse, settings_of_command


@pytest.mark.parametrize("model", [m for m in settings_of_command("train") if m != "recorded"])
def test_every_model_has_them(model):
    data = {"slowvae": "sprites", "nowcast": "rain.nc"}.get(model, "digits")
    train = ["train", model, "--data", data, "--out", "run"]
    settings = parse(train)[1]
    devices = settings.devices
    assert (devices.strategy, settings.resume, devices.deterministic) == ("auto", False, False)
    assert (devices.resume_every, devices.tensorboard, settings.fit.seed) == (100, False, 0)
    more = ["--resume", "--deterministic", "--resume-every", "7", "--max-minutes", "2"]
    for strategy in STRATEGIES:
        settings = parse([*train, *more, "--strategy", strategy])[1]
        assert settings.devices.strategy == strategy
    assert (settings.resume, settings.devices.deterministic) == (True, True)
    assert (settings.devices.resume_every, settings.fit.max_minutes) == (7, 2.0)
