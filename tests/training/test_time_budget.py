import pytest

from st_keras.training import TimeBudget, time_budget
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster


class Clock:
    """Each look at it costs ten seconds."""

    now = 0.0

    def monotonic(self):
        self.now += 10.0
        return self.now


@pytest.mark.parametrize("minutes, batches, stopped", [(0.4, 3, True), (10, 5, False)])
def test_stops_at_the_end_of_a_batch(monkeypatch, minutes, batches, stopped):
    monkeypatch.setattr(time_budget, "time", Clock())
    model = tiny_forecaster(ScalarNetwork())
    model.compile(optimizer="sgd")
    budget = TimeBudget(minutes)
    for _ in range(2):  # each fit has the whole time
        before = int(model.optimizer.iterations)
        model.fit(random_frames(5, 4, 2, 2, 1), batch_size=1, verbose=0, callbacks=[budget])
        assert budget.stopped is stopped
        assert int(model.optimizer.iterations) - before == batches


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), "5"])
def test_errors(minutes):
    with pytest.raises(ValueError, match=r"TimeBudget: received minutes="):
        TimeBudget(minutes)
