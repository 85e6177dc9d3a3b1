"""Whatever Python pickles passes; what would crash its reader, or keep it for ever, does not."""

import collections
import io
import pickle

import numpy as np
import pytest

from st_keras.files.pickle_nesting import NestingError, check_nesting

CONTENT = {
    "list": [1, -2.5, 2**70, "text", "\u00e9", b"bytes", None, True, (), [], {}, set()],
    "tuples": [(1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "arrays": [np.arange(6.0).reshape(2, 3), np.float32(2), np.dtype("i4")],
    "mappings": [collections.OrderedDict(a=1, b=[2]), {(1, 2): 3, frozenset([4]): 5}],
    3: bytearray(b"bytes"),
}
CONTENT["again"] = CONTENT["list"]


def check(content, deepest=5):
    file = io.BytesIO(content)
    check_nesting(file, deepest)
    return file.tell()


@pytest.mark.parametrize("protocol", range(6))
def test_plain_content_passes_and_the_file_is_left_behind_its_end(protocol):
    content = pickle.dumps(CONTENT, protocol)
    assert check(content + b"more") == len(content)


def test_many_items_are_not_deep():
    for protocol in range(6):
        check(pickle.dumps([[k, (k,)] for k in range(2000)], protocol), 3)


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"a": v}])
@pytest.mark.parametrize("protocol", range(6))
def test_depth_is_counted(wrap, protocol):
    content = 1
    for _ in range(5):
        content = wrap(content)
    check(pickle.dumps(content, protocol), 5)
    with pytest.raises(NestingError, match="more than 4 containers inside each other"):
        check(pickle.dumps(content, protocol), 4)


MILLION = 1_000_000


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02}" + b")" + b"\x85" * MILLION + b"Ns.",  # a key of a million tuples
        b"}" + b"(" * MILLION + b"t" * MILLION + b"Ns.",
        b"](])" + b"\x85" * MILLION + b"e.",
        b"\x80\x02)" + b"\x85Nb" * MILLION + b"0N.",  # changed by None in between
        b"\x80\x02)" + b"\x85q\x000h\x00" * MILLION + b"0N.",  # by way of the memory
        b"]" + b"2a" * MILLION + b".",  # a list inside itself
    ],
    ids=["tuples", "marks", "in a set of items", "built", "memory", "itself"],
)
def test_nesting_without_end(content):
    with pytest.raises(NestingError, match="containers inside each other"):
        check(content, 8)


def test_keys_that_take_for_ever():
    """Eight tuples of fifty times the same tuple: fifty to the power of eight values to hash."""
    key = b")"
    for _ in range(7):
        key = b"(" + key + b"2" * 49 + b"t"
    for content in (
        b"}" + key + b"Ns.",
        b"(" + key + b"Nd.",
        b"\x8f(" + key + b"\x90.",
        b"c\n\n(" + key + b"tR.",
    ):
        with pytest.raises(NestingError, match="keys that refer to more values"):
            check(b"\x80\x04" + content, 20)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"K", b"t.", b"a.", b"h\x07.", pickle.dumps([1])[:-1]]
)
def test_what_is_no_pickle_raises(content):
    with pytest.raises((KeyError, IndexError, ValueError)):
        check(content)


def test_text_of_python_2_passes():
    check(b"(dp0\nS'a'\np1\nS'\\xc8\\x01'\np2\ns.")
