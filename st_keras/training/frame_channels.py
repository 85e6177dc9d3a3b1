"""Which channels of the data are forecast, and what is known of the others in the future."""

import dataclasses

from st_keras.validation import error

FUTURES = ("known", "held", "absent")


@dataclasses.dataclass(frozen=True)
class FrameChannels:
    """Channels of the frames by name: targets, which are forecast, and inputs, which are not.

    Args:
        names: tuple of str, the channels of the data in their order; None: they have no names, and
            all are targets.
        targets: tuple of indices of the targets, in the order of the forecast; None: all, as they
            come.
        inputs: tuple of indices of the others, in the order of the data.
        futures: tuple of "known", "held" or "absent" for each input.
    """

    names: tuple | None = None
    targets: tuple | None = None
    inputs: tuple = ()
    futures: tuple = ()

    @classmethod
    def of(cls, channels=None, targets=None, future_inputs=None):
        """Return what the arguments of `Forecaster` say, or raise `ValueError`.

        Example:

        >>> found = FrameChannels.of(["rain", "height"], ["rain"], {"height": "held"})
        >>> found.targets, found.inputs, found.known
        ((0,), (1,), ())
        """
        if channels is None:
            for name, value in (("targets", targets), ("future_inputs", future_inputs)):
                if value:
                    raise error(
                        "Forecaster",
                        f"{name}={value!r} without channels",
                        "the names of all channels of the data",
                        'Pass channels=(...), such as channels=("rain", "topography").',
                    )
            return cls()
        names = _names("channels", channels)
        chosen = names if targets is None else _names("targets", targets)
        unknown = [name for name in chosen if name not in names]
        if unknown:
            raise error(
                "Forecaster",
                f"targets {unknown} with channels={names}",
                "names of channels",
                "Name targets as the channels are named.",
            )
        others = tuple(name for name in names if name not in chosen)
        futures = dict(future_inputs or {})
        if set(futures) != set(others) or not set(futures.values()) <= set(FUTURES):
            raise error(
                "Forecaster",
                f"future_inputs={future_inputs!r} with the inputs {list(others)} beside the "
                f"targets {list(chosen)}",
                f"one of {', '.join(map(repr, FUTURES))} for each input, and for nothing else",
                "Say 'known' of what is given for the future, 'held' of what keeps its last value, "
                "'absent' of what is not there.",
            )
        same = chosen == names
        return cls(
            names,
            None if same else tuple(map(names.index, chosen)),
            tuple(map(names.index, others)),
            tuple(futures[name] for name in others),
        )

    @property
    def known(self):
        """Names of the inputs that are given for the future, in the order of the data."""
        return self._inputs("known")

    @property
    def held(self):
        """Names of the inputs whose last observed frame stands for those that follow."""
        return self._inputs("held")

    def index(self, names):
        """Return the places of channels in the data."""
        return tuple(map(self.names.index, names))

    def _inputs(self, future):
        pairs = zip(self.inputs, self.futures, strict=True)
        return tuple(self.names[i] for i, what in pairs if what == future)


def _names(argument, value):
    """Return names as a tuple of different, not empty strings, or raise `ValueError`."""
    listed = isinstance(value, (list, tuple)) and value
    names = tuple(value) if listed else ()
    texts = [name for name in names if isinstance(name, str) and name]
    if not names or len(texts) < len(names) or len(set(names)) < len(names):
        raise error(
            "Forecaster",
            f"{argument}={value!r}",
            "a tuple of different names",
            f'Pass {argument}=("rain",), for example.',
        )
    return names
