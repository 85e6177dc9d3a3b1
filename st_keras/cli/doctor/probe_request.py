"""What a probe is asked: one training step of a model, as data that go to another process."""

import dataclasses
import json

from st_keras.validation import check_int, error

SAVED = "saved"
SLOWVAE = "slowvae"
PAIR = 2  # frames of a sample of SlowVAE


@dataclasses.dataclass(frozen=True)
class ProbeRequest:
    """A training step to be measured.

    Args:
        kind: "predrnn", "modernn", "convlstm", "slowvae", or "saved" for a model in a file.
        batch_size: int. Sequences; pairs of a SlowVAE.
        frames: int. Frames T of a sequence, context and horizon together; 2 for a SlowVAE.
        image_shape: (H, W, C).
        settings: dict of the network's or SlowVAE's constructor arguments; for "saved"
            {"file": path}, with "remat" if that of the file is to be replaced.
        training: dict of `Forecaster` arguments, and "preset" and "steps", which with "sampling"
            say what is drawn. Default: teacher forcing, and the network's own decoupling weight.
        precision: dtype policy, such as "mixed_bfloat16"; None: float32, or as saved.
        jit_compile: bool. Default False.
        steps: int >= 2. How many to run, the first of which traces. Default 3.

    Raises:
        ValueError: for numbers out of range.

    Example:

    >>> request = ProbeRequest("predrnn", 4, 20, (64, 64, 1), {"filters": (64, 64)})
    >>> ProbeRequest.from_json(request.to_json()) == request
    True
    """

    kind: str
    batch_size: int
    frames: int
    image_shape: tuple
    settings: dict = dataclasses.field(default_factory=dict)
    training: dict = dataclasses.field(default_factory=dict)
    precision: str | None = None
    jit_compile: bool = False
    steps: int = 3

    def __post_init__(self):
        check_int("ProbeRequest", "batch_size", self.batch_size, 1)
        check_int("ProbeRequest", "frames", self.frames, 2)
        check_int("ProbeRequest", "steps", self.steps, 2)
        if len(self.image_shape) != 3:
            raise error(
                "--image-shape",
                ",".join(map(str, self.image_shape)),
                "three numbers H,W,C: height, width and channels",
                "Pass for example 64,64,1.",
            )

    def to_json(self):
        """Return it as text."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text):
        """Return the request that `to_json` wrote."""
        return cls(**_with_tuples(json.loads(text)))

    def replace(self, **changes):
        """Return a copy with other fields."""
        return dataclasses.replace(self, **changes)

    def describe(self):
        """Return one line: batch, frames, precision."""
        height, width, channels = self.image_shape
        pairs = "pairs" if self.kind == SLOWVAE else f"sequences of {self.frames} frames"
        remat = self.settings.get("remat")
        extra = [f"remat {remat}"] if remat else []
        extra += ["XLA"] if self.jit_compile else []
        return ", ".join(
            [
                f"batch {self.batch_size}: {pairs}",
                f"{height}x{width}x{channels}",
                self.precision or ("as saved" if self.kind == SAVED else "float32"),
                *extra,
            ]
        )


def _with_tuples(value):
    """JSON has lists alone; here they are all tuples."""
    if isinstance(value, dict):
        return {name: _with_tuples(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return tuple(map(_with_tuples, value))
    return value
