"""What is not as it should be in an archive: said by `inspect`, refused by all others."""

import dataclasses

from st_keras.validation import InputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was found.

    Args:
        kind: str of one or two words: "gap", "repeated frame", "grid", "damaged file", ...
        text: str, what and where, in a line.
        count: int, how often. Default 1.
        refusal: the error that opening the archive for training raises. None: it is only said.
    """

    kind: str
    text: str
    count: int = 1
    # No two errors are equal, though they say the same.
    refusal: InputError | None = dataclasses.field(default=None, compare=False)

    @classmethod
    def of_refusal(cls, kind, refusal, count=1):
        """Return the finding of an error of `st_keras.validation.error`."""
        text = str(refusal).partition(": received ")[2].partition(" Required: ")[0]
        return cls(kind=kind, text=text.rstrip(".") or str(refusal), count=count, refusal=refusal)
