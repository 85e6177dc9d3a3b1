"""Our PredRNN-V2 and a recipe of the command line, for `learner`."""

from st_keras.cli.grammar import parse
from st_keras.cli.pacing import prepare_in_time
from st_keras.cli.training import prepare_forecaster
from st_keras.cli.worker_group import WorkerGroup


def prepare(asked):
    """Return the learner that the dict of `learner.learn` asks for."""
    line = ["train", "predrnn", "--out=unused"]
    for name in ("data", "seed"):
        line.append(f"--{name}={asked[name]}")
    line += [f"--recipe={asked['by']}", f"--max-minutes={asked['minutes']}"]
    for name in ("filters", "kernel_size", "patch_size"):
        if asked.get(name):
            line.append(f"--{name.replace('_', '-')}={asked[name]}")
    return Ours(*prepare_in_time(parse(line)[1], prepare_forecaster, WorkerGroup()))


class Ours:
    """A compiled `Forecaster` with the data of its training."""

    def __init__(self, model, source, recipe):
        self.model, self.source = model, source
        self._batches = iter(source.training_dataset(recipe["batch_size"]))

    @property
    def updates(self):
        """How often the weights changed."""
        return int(self.model.optimizer.iterations)

    def update(self):
        """Train on one batch, as the recipe does."""
        self.model.train_on_batch(next(self._batches))

    def test_sequences(self, count):
        """Array (count, T, H, W, 1) of digits that are in no training."""
        return self.source.test_sequences(count)

    def forecast(self, context):
        """As many frames as the context has."""
        return self.model.forecast(context, context.shape[1])
