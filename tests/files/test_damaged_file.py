import struct
import zipfile
import zlib

import pytest

from st_keras.files.damaged_file import expands_too_far, refuse_damaged
from st_keras.files.unpacked_size import ExpansionError
from st_keras.validation import InputError, error

RAISED = [
    *(zipfile.BadZipFile("a"), RuntimeError("encrypted"), NotImplementedError("a method")),
    *(zlib.error("a"), EOFError(), struct.error("a"), ValueError("a"), KeyError("a"), OSError()),
    *(MemoryError(), RecursionError("deep"), UnicodeDecodeError("utf-8", b"a", 0, 1, "why")),
]


@pytest.mark.parametrize("reason", RAISED, ids=lambda reason: type(reason).__name__)
def test_whatever_is_raised_is_one_refusal(reason):
    message = rf"^me: received 'a\.npz', which does not open \({type(reason).__name__}: .*\)\. "
    message += r"Required: a whole npz file\. Copy or download it again"
    with (
        pytest.raises(InputError, match=message),
        refuse_damaged("me", "a.npz", "a whole npz file"),
    ):
        raise reason


def test_refusals_and_interruptions_pass():
    with pytest.raises(InputError, match=r"^other: "), refuse_damaged("me", "a", "b"):
        raise error("other", "this", "that", "Do it.")
    for kind in (KeyboardInterrupt, SystemExit, GeneratorExit):
        with pytest.raises(kind), refuse_damaged("me", "a", "b"):
            raise kind


def test_what_expands_too_far_has_another_way_out():
    message = r"'a\.npz', which would unpack to 9 MB, .*Required: a file that expands as real data "
    message += r"do.*unpack it with another program"
    with pytest.raises(InputError, match=message), refuse_damaged("me", "a.npz", "b"):
        raise ExpansionError("9 MB, packed into 1 MB")
    with pytest.raises(InputError, match=message):
        raise expands_too_far("me", "a.npz", ExpansionError("9 MB, packed into 1 MB"))
