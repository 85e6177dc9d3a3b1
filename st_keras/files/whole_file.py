"""Files that are there whole or not at all, also when the process is killed or the disk is full."""

import contextlib
import os
import pathlib
import platform
import re
import secrets
import time
import zlib

from st_keras.files.write_refusal import KEPT, write_refusal

UNFINISHED = ".unfinished-"
# Process, host and a number that no other writer has; names of earlier versions have the process.
_UNFINISHED = re.compile(re.escape(UNFINISHED) + r"(\d+)-(?:([0-9a-f]{8})[0-9a-f]{8}-)?(.+)")
_STALE_SECONDS = 24 * 3600  # of a file that another host was writing: it can be asked nothing


@contextlib.contextmanager
def whole_file(path, where=None):
    """Give a path to write to; when the block ends, what was written becomes `path` at once.

    A file that was there before is replaced only then, and stays as it is if the block fails. Of
    several threads, processes and hosts that write one path the last one stays, whole. What a
    killed one has left is removed by the next that writes the same.

    Args:
        path: str or path. Missing folders are made.
        where: str. Who writes. Default None: an `OSError` stays what it is.

    Raises:
        ValueError: if the file cannot be written and `where` says who refuses that.

    Example:

    >>> with whole_file("numbers.txt") as temporary:
    ...     _ = temporary.write_text("1 2 3")
    >>> pathlib.Path("numbers.txt").read_text(), temporary.exists()
    ('1 2 3', False)
    """
    with whole_files(path, where=where) as (temporary,):
        yield temporary


@contextlib.contextmanager
def whole_files(*paths, where=None):
    """Give a list of paths to write to, for files that belong together; see `whole_file`.

    None of them has its name before all are complete and on the disk.

    Args:
        *paths: str or path. Missing folders are made.
        where: as for `whole_file`.

    Example:

    >>> with whole_files("a.txt", "b.txt") as (first, second):
    ...     _ = first.write_text("a"), second.write_text("b")
    >>> pathlib.Path("a.txt").read_text(), pathlib.Path("b.txt").read_text()
    ('a', 'b')
    """
    told = contextlib.nullcontext() if where is None else write_refusal(where, paths[0], KEPT)
    with told, _replaced([pathlib.Path(path) for path in paths]) as temporaries:
        yield temporaries


@contextlib.contextmanager
def _replaced(paths):
    for path in paths:
        make_folder(path.parent)
        _remove_abandoned(path)
    temporaries = [unfinished(path) for path in paths]
    try:
        yield temporaries
        for temporary in temporaries:
            sync_to_disk(temporary)
        for temporary, path in zip(temporaries, paths, strict=True):
            os.replace(temporary, path)
        for folder in dict.fromkeys(path.parent for path in paths):
            sync_to_disk(folder)
    finally:
        for temporary in temporaries:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def make_folder(path):
    """Make a folder and those above it that are missing, so that a power cut does not undo it.

    Args:
        path: str or path. It may be there already.

    Raises:
        OSError: if it cannot be made.
    """
    path = pathlib.Path(path)
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in reversed(missing):
        sync_to_disk(folder.parent)


def unfinished(path):
    """Return a path beside `path` to write to first; nobody else, here or elsewhere, gets the same.

    The ending stays: Keras and Matplotlib tell the format by it.

    Example:

    >>> path = unfinished("run/model.keras")
    >>> path.parent.name, path.suffix, finished_name(path.name)
    ('run', '.keras', 'model.keras')
    """
    path = pathlib.Path(path)
    number = secrets.token_hex(4)
    return path.with_name(f"{UNFINISHED}{os.getpid()}-{_host()}{number}-{path.name}")


def finished_name(name):
    """Return the name that an unfinished file would have got; None for other names.

    Example:

    >>> finished_name(".unfinished-4711-model.keras"), finished_name("model.keras")
    ('model.keras', None)
    """
    match = _UNFINISHED.fullmatch(name)
    return match and match[3]


def leftovers(path):
    """Return what processes, killed or at work, have written of `path` without finishing.

    Args:
        path: str or path.
    """
    path = pathlib.Path(path)
    files = path.parent.iterdir() if path.parent.is_dir() else ()
    return [file for file in files if finished_name(file.name) == path.name]


def sync_to_disk(path):
    """Make the content of a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_abandoned(path):
    for file in leftovers(path):
        process, host, _ = _UNFINISHED.fullmatch(file.name).groups()
        with contextlib.suppress(OSError):  # another was faster, or it is not ours to remove
            if host in (None, _host()):
                abandoned = not _is_alive(int(process))
            else:
                abandoned = time.time() - file.stat().st_mtime > _STALE_SECONDS
            if abandoned:
                file.unlink()


def _host():
    """Eight hexadecimal digits that tell hosts apart, or containers, which number from 1 each."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_alive(process):
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # someone else's
        return True
    return True
