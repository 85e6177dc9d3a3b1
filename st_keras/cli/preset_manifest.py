"""`manifest.json`: which presets lie in a folder, how large they are, and what they are made of."""

import json
import os
import pathlib

from st_keras.cli.whole_file import written_whole
from st_keras.files.json_file import read_json
from st_keras.models.preset_folder import METADATA, read_metadata
from st_keras.validation import InputError, error

FILE = "manifest.json"
_FROM_METADATA = ("model", "network", "parameters", "image_shape", "weights_dtype", "sha256")
_KEYS = {"model", "network", "parameters", "sha256"}  # of each preset, in every version


def check_manifest(base):
    """Raise `ValueError` if a folder has a `manifest.json` that `write_manifest` did not write.

    Args:
        base: str or path of the folder that holds presets. It need not exist.
    """
    path = pathlib.Path(base) / FILE
    if os.path.lexists(path) and not _is_ours(path):
        raise error(
            "--manifest",
            f"{str(path)!r}, which is no manifest of presets",
            "none there yet, or one that st-keras preset --manifest wrote: nothing else is "
            "overwritten",
            "Choose an --out in another folder, or leave --manifest out.",
        )


def write_manifest(base):
    """List the presets in a folder, in the order of their names.

    Args:
        base: str or path of the folder that holds them; others in it are left out.

    Returns:
        `pathlib.Path` of the manifest, which replaces an older one.

    Raises:
        ValueError: if there is a `manifest.json` of something else, or it cannot be written.
    """
    base = pathlib.Path(base)
    check_manifest(base)
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
        presets[file.parent.name] = {
            **{name: metadata[name] for name in _FROM_METADATA},
            "bytes": sum(f.stat().st_size for f in file.parent.iterdir()),
            "command": run.get("command") if isinstance(run, dict) else None,
        }
    return presets


def _is_ours(path):
    try:
        content = read_json("--manifest", path, "a manifest")
    except InputError:
        return False
    presets = content.get("presets") if isinstance(content, dict) and len(content) == 1 else None
    listed = presets.values() if isinstance(presets, dict) else ()
    return bool(listed) and all(isinstance(p, dict) and _KEYS <= set(p) for p in listed)
