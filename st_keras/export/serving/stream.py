"""A served forecaster that reads frames one by one; its state stays on the client's side."""

import numpy as np

from st_keras.export.serving.checked_inputs import sent_horizon, shape_of
from st_keras.export.serving.signature import STATE
from st_keras.validation import error


class Stream:
    """Made by `ServingClient.stream`; a context manager.

    Args:
        client: `ServingClient`.
        batch_size: int.
        height: int, or None for that of the first frame.
        width: the same.
    """

    def __init__(self, client, batch_size=1, height=None, width=None):
        self.client = client
        self.batch_size = batch_size
        self.height = height
        self.width = width
        self.steps = 0  # frames read
        self._version = self._signatures = self._state = None
        self._closed = False

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self._closed, self._state = True, None

    def step(self, frame, action=None):
        """Read one frame and return the prediction of the next.

        If it fails the stream is as it was, and the same frame can be passed again.

        Args:
            frame: (B, H, W, C).
            action: (B, A), of a network that is told actions; else None.

        Returns:
            (B, H, W, C) float32.

        Raises:
            ValueError: if the stream has ended, or an input does not fit.
            ServingError: if the call fails.
        """
        where = "Stream.step"
        self._check_open(where)
        self._check_frame(where, shape_of(frame))
        end = self.client.end()
        if self._state is None:
            self._begin(where, shape_of(frame), end)
        inputs = {"frame": frame, **self._state}
        if action is not None:
            inputs["action"] = action
        answer = self._predict(where, "step", inputs, end)
        self._state = _state_of(answer)
        self.steps += 1
        return np.array(answer["prediction"])

    def rollout(self, horizon, actions=None, known=None):
        """Return the frames that follow the last one read; the stream stays where it is.

        Args:
            horizon: int of at least 1.
            actions: (B, horizon - 1, A), of a network that is told actions: those at the predicted
                frames but the last. Else None.
            known: (B, horizon - 1, H, W, K), of a model with inputs that are known in advance: at
                the predicted frames but the last. Else None.

        Returns:
            (B, horizon, H, W, C) float32. The first is what the last `step` returned.

        Raises:
            ValueError: if no frame was read yet, if the stream has ended, or an input does not fit.
            ServingError: if the call fails.
        """
        where = "Stream.rollout"
        self._check_open(where)
        if self.steps == 0:
            raise error(
                where,
                "a call before the first step",
                "at least one frame read",
                "Call step(frame) with the frames observed so far.",
            )
        horizon = sent_horizon(where, horizon)
        inputs = {"horizon": horizon, **self._state}
        if known is not None:
            inputs["known"] = known
        if actions is not None:
            inputs["actions"] = actions
            if shape_of(actions)[1:2] not in ((), (horizon - 1,)):  # () is refused below
                raise error(
                    where,
                    f"actions of shape {shape_of(actions)} for horizon={horizon}",
                    f"{horizon - 1} actions for each sequence: at the predicted frames but the "
                    "last",
                    "Pass (B, horizon - 1, A).",
                )
        return np.array(self._predict(where, "rollout", inputs)["forecast"])

    def _begin(self, where, shape, end):
        """Fix the size and the version, and ask for the state before the first frame."""
        version, signatures = self.client.described(where, end=end)
        sizes = {"batch_size": self.batch_size, "height": shape[1], "width": shape[2]}
        answer = self.client.predict(where, "init_state", sizes, version, signatures, end)
        self._version, self._signatures = version, signatures
        self.height, self.width = shape[1:3]
        self._state = _state_of(answer)

    def _predict(self, where, signature, inputs, end=None):
        known = self._version, self._signatures
        return self.client.predict(where, signature, inputs, *known, end)

    def _check_open(self, where):
        if self._closed:
            raise error(
                where,
                "a call after the end of the stream",
                "a stream that is still open",
                "Call it inside the with block, or begin another stream.",
            )

    def _check_frame(self, where, shape):
        wanted = (self.batch_size, self.height, self.width)
        fits = len(shape) == 4 and all(n in (None, m) for n, m in zip(wanted, shape, strict=False))
        if not fits:
            sizes = [axis if n is None else str(n) for axis, n in zip("BHW", wanted, strict=True)]
            raise error(
                where,
                f"a frame of shape {shape}",
                f"shape ({', '.join(sizes)}, C): batch_size={self.batch_size}, and the same size "
                "in every step",
                "Pass one frame of each sequence; another batch_size goes to "
                "ServingClient.stream().",
            )


def _state_of(answer):
    return {name: array for name, array in answer.items() if name.startswith(STATE)}
