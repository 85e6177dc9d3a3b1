"""Statistics of frames block by block: here, on threads of this machine, or on a dask cluster."""

import contextlib
import dataclasses
import functools
import json
import math

import numpy as np

from st_keras.datasets.windows.frame_scan import FrameScan, empty_scan, put_block, scan_block
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.missing_value import find_missing
from st_keras.validation import InputError, error, require

_BLOCK_VALUES = 2**22
TIMEOUT = 10  # seconds in which a scheduler has to answer
_LEAST_OF_A_BLOCK = 16  # values in the sample


@dataclasses.dataclass(frozen=True)
class ArchiveScan:
    """What a look at every value has found. Made by `scan_archive`.

    Args:
        frames: `FrameScan`.
        sample: float64, values that are not missing: all of them, or evenly spread ones, sorted.
        num_values: int, of all values, missing ones too.
        zeros: int, how many are 0.
        bad: int, how many are not finite and not missing.
        first_bad: (n, t, y, x, channel) of the first of these, or None.
        damaged: tuple of (n, t, text) of frames that cannot be read, and what was said of it. They
            count as wholly missing.
        unread: int, values of these.
    """

    frames: FrameScan
    sample: np.ndarray
    num_values: int
    zeros: int
    bad: int
    first_bad: tuple | None
    damaged: tuple = ()
    unread: int = 0


def scan_archive(where, view, codes=(), origin=None, scheduler=None, sample=2_000_000, bar=None):
    """Look at every value once, a block of frames at a time.

    Args:
        where: str. Who asks; the errors begin with it.
        view: `FrameView`, or what reads frames as one does.
        codes: numbers that stand for no data, as `missing_codes` returns them.
        origin: (spec, options) that `open_archive` opens the same frames from; needed on a cluster.
        scheduler: None (default): one block after the other. "threads": dask, on the threads of
            this machine. "tcp://HOST:PORT": the dask cluster whose scheduler is there; its workers
            open the archive themselves.
        sample: int, at most about so many values are kept for percentiles.
        bar: function that takes an iterable of blocks and their number, and shows progress. Default
            None: nothing is shown.

    Returns:
        `ArchiveScan`.

    Raises:
        ValueError: if dask is not installed, there is no cluster at the
            address, or frames that only this process has are to be read there.

    Example:

    >>> view = view_frames("doc", np.arange(60.0).reshape(5, 3, 4))
    >>> scan = scan_archive("doc", view)
    >>> scan.frames.value_range([(0, 0, 5)]), np.percentile(scan.sample, 50), scan.zeros
    ((0.0, 59.0), np.float64(29.5), 1)
    """
    blocks = list(_blocks(view))
    total = sum(view.lengths) * math.prod(view.shape[2:])
    each = max(_LEAST_OF_A_BLOCK, math.ceil(sample / len(blocks)))
    each = total if total <= sample else each
    show = bar or (lambda iterable, _: iterable)
    if scheduler is None:
        found = (_look(view, block, codes, each) for block in blocks)
        return _gathered(view, show(found, len(blocks)), total)
    if scheduler == "threads":
        dask = require(where, "dask", "dask", "geo")
        wave = 4 * max(1, dask.system.CPU_COUNT)
        found = _by_threads(dask, view, blocks, codes, each, wave)
        return _gathered(view, show(found, len(blocks)), total)
    if origin is None:
        raise error(
            where,
            f"frames of this process alone, and scheduler={scheduler!r}",
            "an archive that the workers of the cluster can open themselves",
            "Pass the path or URL of the archive, or scheduler='threads'.",
        )
    with _cluster(where, scheduler) as client:
        text = json.dumps(origin)
        codes = [code.item() for code in codes]
        tasks = [client.submit(_look_there, text, block, codes, each) for block in blocks]
        found = (task.result() for task in tasks)
        return _gathered(view, show(found, len(blocks)), total)


def _blocks(view):
    """Yield (sequence, start, stop) of blocks that take little memory."""
    size = max(1, _BLOCK_VALUES // math.prod(view.shape[2:]))
    for n, length in enumerate(view.lengths):
        for start in range(0, length, size):
            yield n, start, min(start + size, length)


def _look(view, block, codes, sample):
    """Look at one block: what it is, some of its values, how many are 0, and what is damaged."""
    n, start, stop = block
    try:
        values, damaged = view.read(n, start, stop), []
    except InputError:
        values, damaged = _readable(view, block)
    found = scan_block(values, codes)
    holes = find_missing(values, codes)
    there = values.ravel() if holes is None else values[~holes]
    zeros = int(np.count_nonzero(there == 0))
    step = max(1, -(-there.size // sample))
    some = there[step // 2 :: step].astype("float64")
    found = _as_long(found, block, damaged)
    return block, found, some[np.isfinite(some)], zeros, damaged


def _readable(view, block):
    """Return the frames of a block that can be read, and (n, t, text) of the others."""
    n, start, stop = block
    frames, damaged = [np.empty((0, *view.shape[2:]), view.dtype)], []
    for t in range(start, stop):
        try:
            frames.append(view.read(n, t, t + 1))
        except InputError as refusal:
            damaged.append((n, t, str(refusal)))
    return np.concatenate(frames), damaged


def _as_long(found, block, damaged):
    """Return what was found of the frames of a block that can be read, as of all of them."""
    if not damaged:
        return found
    _, start, stop = block
    there = np.setdiff1d(np.arange(start, stop), [t for _, t, _ in damaged]) - start
    shape = (stop - start, found.lost.shape[1])
    lows, highs, lost = np.full(shape, np.inf), np.full(shape, -np.inf), np.zeros(shape, "int64")
    lows[there], highs[there], lost[there] = found.lows, found.highs, found.lost
    first = found.first_bad
    if first is not None:
        value, (t, *rest) = first
        first = value, (int(there[t]), *rest)
    return dataclasses.replace(found, lows=lows, highs=highs, lost=lost, first_bad=first)


def _by_threads(dask, view, blocks, codes, sample, wave):
    look = dask.delayed(_look, pure=False)
    for first in range(0, len(blocks), wave):
        tasks = [look(_Held(view), block, codes, sample) for block in blocks[first : first + wave]]
        yield from dask.compute(*tasks, scheduler="threads")


class _Held:
    """A view that dask hands on as it is, without a look inside."""

    def __init__(self, view):
        self.read, self.shape, self.dtype = view.read, view.shape, view.dtype


def _look_there(origin, block, codes, sample):
    """The same, in a process of a cluster."""
    view = _opened(origin)
    return _look(view, block, tuple(view.dtype.type(code) for code in codes), sample)


@functools.lru_cache(maxsize=2)
def _opened(origin):
    from st_keras.datasets.archives.archive import open_archive

    spec, options = json.loads(origin)
    frames, _ = open_archive("inspect", spec, **options)
    return view_frames("inspect", frames.values, frames.axes)


@contextlib.contextmanager
def _cluster(where, address):
    distributed = require(where, "distributed", "distributed", "geo")
    try:
        client = distributed.Client(address, timeout=TIMEOUT)
    except Exception as reason:
        raise error(
            where,
            f"scheduler={address!r}, where no dask scheduler answers ({reason})",
            "'threads', or the address of a running one such as tcp://127.0.0.1:8786",
            "Start it with: dask scheduler",
        ) from reason
    with client:
        yield client


def _gathered(view, found, total):
    scan, samples, zeros, bad, first, damaged = empty_scan(view), [], 0, 0, None, []
    for (n, start, _), block, some, of_zeros, unreadable in found:
        damaged += unreadable
        put_block(scan, n, start, block)
        samples.append(some)
        zeros, bad = zeros + of_zeros, bad + block.bad
        if first is None and block.first_bad:
            t, *rest = block.first_bad[1]
            first = (n, start + t, *rest)
    sample = np.sort(np.concatenate(samples)) if samples else np.array([])
    unread = len(damaged) * math.prod(view.shape[2:])
    return ArchiveScan(scan, sample, total, zeros, bad, first, tuple(damaged), unread)
