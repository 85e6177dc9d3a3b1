"""The folder into which a benchmark writes what it found."""

import argparse
import json
import pathlib

from st_keras.files.whole_file import whole_file
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
    pathlib.Path(folder).mkdir(parents=True)
    return replace_results(folder, name, found, text)


def replace_results(folder, name, found, text):
    """Write the same files into a folder that this run has made, or makes now.

    Files of before are replaced at once: a run that is killed leaves whole ones.

    Args:
        folder, name, found, text: as in `write_results`.

    Returns:
        Both paths.
    """
    contents = {".json": json.dumps(found, indent=2), ".md": text.rstrip("\n")}
    paths = [pathlib.Path(folder, name + ending) for ending in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        with whole_file(path) as temporary:
            temporary.write_text(content + "\n", encoding="utf-8")
    return tuple(paths)
