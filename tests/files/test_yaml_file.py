"""YAML: read, or refused in three parts."""

import pytest

from st_keras.files.yaml_file import read_yaml


def test_plain_values(tmp_path):
    (tmp_path / "run.yaml").write_text("data: digits  # drawn\nfilters: [4, 4]\nresume: true\n")
    expected = {"data": "digits", "filters": [4, 4], "resume": True}
    assert read_yaml("--config", tmp_path / "run.yaml") == expected


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"\xff\xfe\x00",
        b"a: [1",
        b"a: !!python/object/apply:os.system ['true']",
        b"[" * 100_000,
    ],
    ids=["missing", "no text", "torn", "code", "nested"],
)
def test_refusals(content, tmp_path):
    path = tmp_path / "run.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"--config: received .*cannot be read .*Required: a YAML"):
        read_yaml("--config", path)
