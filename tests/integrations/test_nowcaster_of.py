"""Which model an integration takes."""

import pytest

from st_keras.integrations import nowcaster_of as module
from st_keras.integrations.nowcaster_of import nowcaster_of
from st_keras.models import Nowcaster
from tests.refusals import refused


@pytest.fixture
def folder(tmp_path):
    model = Nowcaster(residual=None, horizon=3)
    model.build((None, None, None, None, 1))
    return model.save_to_preset(tmp_path / "nowcast")


def test_a_preset_is_read_once(folder, monkeypatch):
    first = nowcaster_of("x", folder)
    assert isinstance(first, Nowcaster) and first.horizon == 3
    monkeypatch.chdir(folder.parent)
    assert nowcaster_of("x", str(folder)) is first and nowcaster_of("x", "nowcast") is first


def test_the_default_is_a_preset_by_its_name(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(module, "located_model", lambda name: asked.append(name) or folder)
    assert nowcaster_of("x").horizon == 3
    assert asked == ["nowcast_60min"]


def test_refused():
    refused("x: received model of type dict. Required: a Nowcaster, or", nowcaster_of, "x", {})
    refused("preset='no_such_nowcast'", nowcaster_of, "x", "no_such_nowcast")
