"""`manifest.json`: which presets lie in a folder, how large they are, and what they are made of."""

import json
import pathlib

from st_keras.cli.whole_file import written_whole
from st_keras.models.preset_folder import METADATA, read_metadata

FILE = "manifest.json"


def write_manifest(base):
    """List the presets in a folder, in the order of their names.

    Args:
        base: str or path of the folder that holds them; others in it are left out.

    Returns:
        `pathlib.Path` of the manifest, which replaces an older one.
    """
    base = pathlib.Path(base)
    with written_whole(base / FILE) as unfinished:
        text = json.dumps({"presets": manifest_of(base)}, indent=1)
        unfinished.write_text(text + "\n", encoding="utf-8")
    return base / FILE


def manifest_of(base):
    """Return `{name: {model, network, parameters, bytes, sha256, ...}}` of the presets in `base`.

    Args:
        base: str or path.
    """
    presets = {}
    for file in sorted(pathlib.Path(base).glob(f"*/{METADATA}")):
        try:
            metadata = read_metadata("manifest", file.parent)
        except ValueError:
            continue  # of something else
        run = metadata["provenance"].get("run")
        names = ("model", "network", "parameters", "image_shape", "weights_dtype", "sha256")
        presets[file.parent.name] = {
            **{name: metadata[name] for name in names},
            "bytes": sum(f.stat().st_size for f in file.parent.iterdir()),
            "command": run.get("command") if isinstance(run, dict) else None,
        }
    return presets
