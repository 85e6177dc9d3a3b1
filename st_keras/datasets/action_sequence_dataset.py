"""Windows of frames with the actions between them, for networks that are told the actions."""

import functools

import numpy as np

from st_keras.datasets.sequence_dataset import SequenceDataset
from st_keras.datasets.windows.window_batches import window_batches
from st_keras.validation import error


class ActionSequenceDataset(SequenceDataset):
    """A `SequenceDataset` whose elements are dicts of frames and actions.

    That is what `Forecaster.fit` takes for an action-conditioned network. Action t is the one
    between frames t and t + 1.

    Args: as of `SequenceDataset`; the frames have `actions`, one for each frame, and no times.

    Attributes: as of `SequenceDataset`, and
        action_size: int, numbers of an action.

    Raises:
        ValueError: for frames without actions, with other numbers of sequences or frames than
            actions, or with times.

    Example:

    >>> import numpy as np
    >>> from st_keras.datasets import Frames
    >>> rng = np.random.default_rng(0)
    >>> videos, actions = rng.random((6, 30, 8, 8, 3)), rng.random((6, 30, 4))
    >>> pushed = Frames(values=videos, axes="NTHWC", actions=actions)
    >>> dataset = ActionSequenceDataset.from_frames(pushed, context_length=2, horizon=10)
    >>> batch = next(iter(dataset.as_dataset(batch_size=4)))
    >>> {name: tuple(each.shape) for name, each in batch.items()}
    {'frames': (4, 12, 8, 8, 3), 'actions': (4, 12, 4)}
    """

    def __init__(self, frames, spans, context_length, horizon, stride=1, name="all"):
        actions = frames.frames.actions
        required = frames.view.shape[:2]
        shape = None if actions is None else tuple(map(int, actions.shape))
        if shape is None or len(shape) != 3 or shape[:2] != required or frames.steps is not None:
            raise error(
                "ActionSequenceDataset",
                "frames without actions"
                if shape is None
                else f"actions of shape {shape} with sequences and frames {required}"
                + (" that have times" if frames.steps is not None else ""),
                "actions (N, T, A), one for each frame, and no times",
                "Pass Frames(values=..., actions=...); where the last frame has none, repeat the "
                "one before: it is not used.",
            )
        self.action_size = shape[2]
        self._actions = actions
        super().__init__(frames, spans, context_length, horizon, stride, name)

    def as_dataset(
        self,
        batch_size,
        shuffle=False,
        seed=0,
        repeat=False,
        first_batch=0,
        shard=None,
        num_parallel_reads=1,
        importance=None,
    ):
        """Make a `tf.data.Dataset` of batches, as `SequenceDataset.as_dataset` does.

        Args: as of `SequenceDataset.as_dataset`; importance: None.

        Returns:
            Elements: a dict of "frames", float32 (B, T, H, W, C) in the data's units, and
            "actions", float32 (B, T, A).

        Raises:
            ValueError: as `SequenceDataset.as_dataset`; for `importance`.
        """
        where = "ActionSequenceDataset.as_dataset"
        if importance is not None:
            raise error(
                where,
                "importance with actions",
                "importance=None",
                "Leave it out: it draws windows of rain.",
            )
        self._windows.check_any(where)
        shapes = [(self._length, *self.image_shape), (self._length, self.action_size)]
        reading = (shuffle, seed, repeat, first_batch, shard, num_parallel_reads)
        dataset = window_batches(where, self._both, self.num_windows, shapes, batch_size, *reading)
        return dataset.map(lambda frames, actions: {"frames": frames, "actions": actions})

    def window(self, i):
        """Read window `i`, an int from 0 to `num_windows - 1`, in unshuffled order.

        Returns: dict of "frames", float32 (T, H, W, C), and "actions", float32 (T, A).

        Raises: `ValueError` if there is none.
        """
        return {
            "frames": super().window(i),
            "actions": self._actions_of([self._windows.check_number("window", i)])[0],
        }

    def _both(self, numbers):
        return self._windows.read(numbers), self._actions_of(numbers)

    def _actions_of(self, numbers):
        places = self._windows.places[numbers][:, :2].tolist()
        read = functools.partial(np.asarray, dtype="float32")
        return np.stack([read(self._actions[n, t : t + self._length]) for n, t in places])
