import json

from st_keras.cli.preset_manifest import manifest_of, write_manifest
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
