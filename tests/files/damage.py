"""Damage that files come to, and files made to do harm."""

import io
import zipfile

import numpy as np


def flipped(content, places=None):
    """Yield the content with one bit flipped, for every bit or for some places (of bits)."""
    for place in range(8 * len(content)) if places is None else places:
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        yield bytes(changed)


def encrypted(content):
    """Return a zip archive whose directory says of its first member that it is encrypted."""
    changed = bytearray(content)
    changed[changed.find(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def npz_bomb(path, size=300_000_000):
    """Write an .npz of one array of so many zeros, a thousand times smaller than that."""
    header = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (size,)}
    np.lib.format.write_array_header_1_0(header, about)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.npy", "w") as member:
            member.write(header.getvalue())
            for _ in range(size // 1_000_000):
                member.write(bytes(1_000_000))
    return path
