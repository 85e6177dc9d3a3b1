"""Which data a run was trained on, in a few hashes."""

import hashlib
import itertools
import pathlib

import numpy as np

from st_keras.validation import error

BATCHES, BATCH_SIZE = 2, 2  # what is drawn to tell generators apart
_CHUNK = 2**22


def data_fingerprint(source, spec):
    """Hash what a run is trained on.

    Args:
        source: has `training_dataset(batch_size)` and `card()`.
        spec: str, the value of `--data`; `NAME=FILE` names a file that is hashed whole.

    Returns:
        dict of str: "first_batches" (SHA-256 of the first training sequences) always; "frames"
        (see `SequenceDataset.fingerprint`) and "times", if they are known, of an array; "file" of
        `NAME=FILE`.
    """
    found = {"first_batches": _hash_of_batches(source.training_dataset(BATCH_SIZE))}
    card = source.card()
    if "fingerprint" in card:
        found["frames"] = card["fingerprint"]
    if "times_fingerprint" in card:
        found["times"] = card["times_fingerprint"]
    file = pathlib.Path(spec.partition("=")[2])
    if file.is_file():
        found["file"] = hash_of_file(file)
    return found


def hash_of_file(path):
    """Return the SHA-256 of the bytes of a file.

    Example:

    >>> _ = pathlib.Path("empty").write_bytes(b"")
    >>> hash_of_file("empty")[:8]
    'e3b0c442'
    """
    seal = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            seal.update(chunk)
    return seal.hexdigest()


def check_same_data(recorded, here, spec):
    """Raise `ValueError` unless two fingerprints are equal; it names what differs.

    Args:
        recorded: dict, the fingerprint in a run record.
        here: dict, of the data as they are now.
        spec: str, the value of `--data`.
    """
    names = sorted({*recorded, *here})
    differing = [name for name in names if recorded.get(name) != here.get(name)]
    if differing:
        parts = (
            f"{name}: {_short(recorded.get(name))} recorded, {_short(here.get(name))} here"
            for name in differing
        )
        raise error(
            "--replay",
            f"other data than the recorded run had under --data {spec} ({'; '.join(parts)})",
            "the same data: their SHA-256 is in the record",
            "Bring back the recorded file, or train anew without --replay.",
        )


def _hash_of_batches(dataset):
    seal = hashlib.sha256()
    for batch in itertools.islice(dataset, BATCHES):
        array = np.asarray(batch)
        seal.update(f"{array.shape} {array.dtype}".encode())
        seal.update(array.tobytes())
    return seal.hexdigest()


def _short(digest):
    return "none" if digest is None else f"{digest[:12]}..."
