"""`model.train_function` that counts what it draws, and can skip what is trained already."""

from st_keras.training.resume.deferred_interrupt import DeferredInterrupt
from st_keras.validation import error


class TrainingSteps:
    """Stand in for `model.train_function`: count, and skip at first.

    `fit` looks the function up for every step, so that it may be replaced at the beginning of
    training. The true function is called with what it would have been called with.

    Args:
        function: Keras' own `train_function`.
        size: int. Batches per call (`steps_per_execution`).
        running_fit: `RunningFit`.
        interrupt: `DeferredInterrupt` that is told of each batch that begins to be trained, and
            waits for somebody to end it. Default None: one that never waits.

    Attributes:
        passes: int. Iterators that batches were drawn from.
        drawn: int. Batches drawn from the latest of them.
        calls_to_skip: int. Calls still to come that do not train.

    Example:

    >>> steps = TrainingSteps(lambda batches: {"loss": next(batches)}, 1, None)
    >>> batches = iter([0.5, 0.25])
    >>> steps(batches), steps(batches), steps.drawn
    ({'loss': 0.5}, {'loss': 0.25}, 2)
    """

    def __init__(self, function, size, running_fit, interrupt=None):
        self.function = function
        self.size = size
        self.running_fit = running_fit
        self.interrupt = DeferredInterrupt(None) if interrupt is None else interrupt
        self.passes = self.drawn = self.calls_to_skip = 0
        self._drawing_from = self._replaced = self._replacement = None
        self._begin = None

    def resume(self, state, replay_data, begin):
        """Go on where a state was written.

        Args:
            state: dict with `passes`, `drawn`, `calls` (within the epoch) and `logs`.
            replay_data: bool. Draw and drop what was drawn then.
            begin: function without arguments; called just before the first batch is trained, with
                the data where they should be. Not called if batches of the epoch are skipped.
        """
        self.passes, self.drawn, self.calls_to_skip = (
            state["passes"],
            state["drawn"],
            state["calls"],
        )
        self._logs = state["logs"]
        self._replay = replay_data
        self._begin = begin

    def __call__(self, iterator):
        """Train on the next batches of `iterator`, or skip them; return the logs."""
        if self._begin is not None:
            iterator = self._wind_forward(iterator)
            if not self.calls_to_skip:
                self._begin()
            self._begin = None
        elif iterator is self._replaced:
            iterator = self._replacement
        if self.calls_to_skip:
            self.calls_to_skip -= 1
            if self._replay:
                self._drop(iterator, self.size, at_least=1)
            return self._logs
        self.interrupt.begin_batch()
        try:
            logs = self.function(iterator)
        except BaseException as failure:
            self.interrupt.abandon_batch(failure)
            raise
        if iterator is not self._drawing_from:
            self._drawing_from = iterator
            self.passes += 1
            self.drawn = 0
        self.drawn += self.size
        return logs

    def _wind_forward(self, iterator):
        fit = self.running_fit
        if self._replay and fit.length is not None and self.drawn >= fit.length + self.size:
            raise self._too_short()
        ended = fit.length is not None and self.drawn >= fit.length
        if self.calls_to_skip == 0 and self.passes and (fit.anew_each_epoch or ended):
            self.passes += 1
            self.drawn = 0
        self.passes = max(self.passes, 1)
        before_epoch = self.drawn - self.size * self.calls_to_skip
        if self._replay:
            self._replaced = iterator
            for _ in range(self.passes - 1):
                # Datasets that shuffle begin a pass when its first batch is drawn.
                self._drop(iterator, 1, at_least=1)
                iterator = fit.next_pass()
            self._replacement = iterator
            self._drop(iterator, before_epoch, at_least=before_epoch)
            fit.skip(before_epoch)
        self._drawing_from = iterator
        return iterator

    def _drop(self, iterator, count, at_least):
        for number in range(count):
            if next(iterator, None) is None:
                if number < at_least:
                    raise self._too_short()
                return

    def _too_short(self):
        return error(
            "ExactResume",
            f"a dataset that ends before batch {self.drawn} of its pass, which was trained when "
            "the state was written",
            "the dataset that the state was written with, from its beginning",
            "Give fit the same data; with replay_data=False, begin them at ExactResume.position.",
        )
