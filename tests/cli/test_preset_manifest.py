import json

import pytest

from st_keras.cli.preset_manifest import check_manifest, manifest_of, write_manifest
from tests.fresh_process import REPOSITORY
from tests.tiny import tiny_forecaster


def test_lists_presets_alone_and_is_written_anew(tmp_path):
    model = tiny_forecaster()
    model.build((None, None, 4, 4, 1))
    model.save_to_preset(tmp_path / "b")
    for name in ("notes", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "other" / "metadata.json").write_text("{}")
    path = write_manifest(tmp_path)
    assert list(json.loads(path.read_text())["presets"]) == ["b"]
    model.save_to_preset(tmp_path / "a", weights_dtype="float16")
    write_manifest(tmp_path)
    presets = json.loads(path.read_text())["presets"]
    assert list(presets) == ["a", "b"]
    assert presets == manifest_of(tmp_path)
    assert presets["a"]["bytes"] < presets["b"]["bytes"]
    assert presets["a"]["command"] is None


FOREIGN = ['{"name": "my web extension"}', "[]", "", '{"presets": {}}', '{"presets": ["env"]}']
FOREIGN += ['{"presets": {"a": {"model": 1}}}', '{"presets": {"a": {}}, "name": 1}', "[" * 100_000]


@pytest.mark.parametrize("content", FOREIGN, ids=lambda content: content[:30])
def test_what_is_of_something_else_stays(content, tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(content)
    for attempt in (check_manifest, write_manifest):
        message = r"--manifest: received '.*manifest\.json', which is no manifest of presets"
        with pytest.raises(ValueError, match=message):
            attempt(tmp_path)
    assert path.read_text() == content


def test_the_manifest_of_this_repository_is_known():
    check_manifest(REPOSITORY / "saved_models")
    check_manifest(REPOSITORY / "nowhere")
