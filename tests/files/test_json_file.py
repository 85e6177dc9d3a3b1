import pytest

from st_keras.files.json_file import read_json


def test_reads_what_is_json(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1, null]}')
    assert read_json("me", tmp_path / "a.json", "a file") == {"a": [1, None]}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, None],
    ids=lambda c: repr(c)[:12],
)
def test_what_cannot_be_read_is_refused(content, tmp_path):
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    message = r"^me: received '.*a\.json', which cannot be read .*Required: a file\. Go away\."
    with pytest.raises(ValueError, match=message):
        read_json("me", tmp_path / "a.json", "a file", "Go away.")
