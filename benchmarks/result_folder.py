"""The folder into which a benchmark writes what it found."""

import argparse
import json
import pathlib

from st_keras.files.whole_folder import check_new
from st_keras.validation import InputError


def new_folder(text):
    """Return the value of `--output`, for `argparse`; refuse what exists before any work."""
    try:
        check_new("--output", text)
    except InputError as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None
    return text


def write_results(folder, name, found, text):
    """Write NAME.json and NAME.md into a folder, which is made.

    Args:
        folder: path that does not exist.
        name: str.
        found: what goes into the JSON file.
        text: str, Markdown.

    Returns:
        Both paths.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    paths = folder / f"{name}.json", folder / f"{name}.md"
    paths[0].write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    paths[1].write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return paths
