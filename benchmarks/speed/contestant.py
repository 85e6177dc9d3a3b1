"""Who is timed: ours or PyTorch's stand-in, with one network, precision and mode."""

import dataclasses
import importlib

OURS, PEER, COMPILED_PEER = "st_keras", "PyTorch", "PyTorch compiled"
# Networks that `benchmarks/torch_*.py` have a stand-in for.
PEER_MODELS = ("predrnn_v2", "predrnn_v1", "slowvae")
PEER_SLOWVAE_SIZE = 64


@dataclasses.dataclass(frozen=True)
class Contestant:
    """One who is timed.

    Attributes:
        by: `OURS`, `PEER` or `COMPILED_PEER`.
        model, policy, mode: names, of the options. PyTorch's form of a mixed policy is autocast.
    """

    by: str
    model: str
    policy: str
    mode: str

    @property
    def precision(self):
        """The policy in the words of whose it is."""
        mixed = self.by != OURS and self.policy != "float32"
        return f"{self.policy.removeprefix('mixed_')} autocast" if mixed else self.policy

    def __str__(self):
        return f"{self.model} {self.mode}, {self.by} {self.precision}"


def contestants_of(options, model, mode):
    """Return all contestants of one network and mode, ours first."""
    names = [OURS]
    peer_fits = model != "slowvae" or options.size == PEER_SLOWVAE_SIZE
    if options.peer and model in PEER_MODELS and peer_fits:
        names += [PEER, *([COMPILED_PEER] if options.compile else [])]
    return [Contestant(by, model, policy, mode) for by in names for policy in options.policies]


def prepared(contestant, options):
    """Make the model of a contestant; return the function of one call, which waits for its end."""
    kind = options.backend if contestant.by == OURS else "torch"
    # Whoever is not asked is not imported: each has threads and memory of its own.
    module = importlib.import_module(f"benchmarks.speed.{kind}_contestant")
    return module.prepare(contestant, options)
