"""What tests of `evaluate` share."""

import pytest

from st_keras.cli import pictures


@pytest.fixture
def undrawn(monkeypatch):
    """Draw nothing: other tests look at pictures."""
    monkeypatch.setattr(pictures, "draw_forecast", lambda strip, gif, *_: (strip, gif))
    monkeypatch.setattr(pictures, "lead_time_curves", lambda path, scores: path)
