"""An archive larger than memory: how soon a shuffled epoch begins, how fast it goes, what it holds.

Reached by `python -m benchmarks input_pipeline --archive npy`, in a process of its own: peaks are
those of a process.
"""

import shutil
import time

import numpy as np

from benchmarks.archive_files import open_frames, write_large
from benchmarks.sampled_memory import SampledMemory
from st_keras.validation import error

SUFFIXES = {"npy": ".npy", "hdf5": ".h5", "zarr": ".zarr"}
STORED = ("zarr",)  # kinds of which every chunk is stored; others are sparse


def measure_archive(folder, options, training_seconds):
    """Write an archive, read shuffled batches of it, and return a row.

    Args:
        folder: pathlib.Path, where it is written; a part of the disk as large as a stored archive.
        options: has `archive`, `gigabytes`, `size` (pixels), `frames` (of a sequence), `rounds`
            (batches that are timed), `parallel`, `training`.
        training_seconds: function without arguments: seconds of the fastest training step on
            such a batch; called last, if at all.

    Returns:
        dict of JSON values.

    Raises:
        ValueError: if the disk has no room for it.
    """
    from st_keras.datasets import SequenceDataset

    kind, batch_size = options.archive, options.batches[0]
    num_bytes = int(options.gigabytes * 1e9)
    _check_room(folder, kind, num_bytes)
    path = folder / f"archive{SUFFIXES[kind]}"
    num_frames = max(num_bytes // options.size**2, 2 * options.frames)
    stored = write_large(path, num_frames, options.size)
    context = options.frames // 2
    with SampledMemory() as memory:
        begin = time.perf_counter()
        frames = open_frames(path)
        data = SequenceDataset.from_arrays(frames, context, options.frames - context, axes="THW")
        opened = time.perf_counter() - begin
        begin = time.perf_counter()
        batches = iter(
            data.as_dataset(
                batch_size, shuffle=True, repeat=True, num_parallel_reads=options.parallel
            )
        )
        next(batches)
        first = time.perf_counter() - begin
        # What was read ahead meanwhile is no work of the batches that are timed.
        for _ in range(options.parallel + 2):
            next(batches)
        seconds = []
        for _ in range(options.rounds):
            begin = time.perf_counter()
            next(batches)
            seconds.append(time.perf_counter() - begin)
    row = {
        "archive": kind,
        "gigabytes": num_frames * options.size**2 / 1e9,
        "gigabytes_on_disk": stored / 1e9,
        "frames": num_frames,
        "size": options.size,
        "batch": batch_size,
        "parallel": options.parallel,
        "windows": len(data),
        "open_seconds": opened,
        "first_batch_seconds": first,
        "frames_per_second": batch_size * options.frames / float(np.mean(seconds)),
        "own_memory_mib": memory.own_mib,
        "peak_memory_mib": memory.peak_mib,
    }
    if options.training:
        step = training_seconds()
        row["training_frames_per_second"] = batch_size * options.frames / step
        row["times_training"] = step / float(np.mean(seconds))
    return row


def archive_table(row):
    """Return the row as Markdown, one line for each fact.

    Args:
        row: what `measure_archive` returned.
    """
    facts = {
        "archive": f"{row['archive']}, {row['gigabytes']:.1f} GB of bytes "
        f"({row['gigabytes_on_disk']:.1f} GB on disk), {row['frames']:,} frames of "
        f"{row['size']}x{row['size']}",
        "windows": f"{row['windows']:,}, batches of {row['batch']}, {row['parallel']} read at once",
        "opened and looked through": f"{row['open_seconds']:.1f} s",
        "first batch of a shuffled epoch": f"{row['first_batch_seconds']:.2f} s",
        "read": f"{row['frames_per_second']:.0f} frames/s",
        "memory of its own": f"{row['own_memory_mib'] or float('nan'):.0f} MiB",
        "resident, with mapped files": f"{row['peak_memory_mib']:.0f} MiB at most",
    }
    if "times_training" in row:
        facts["fastest training takes"] = (
            f"{row['training_frames_per_second']:.1f} frames/s: x{row['times_training']:.1f}"
        )
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {f} |" for name, f in facts.items())])


def _check_room(folder, kind, num_bytes):
    free = shutil.disk_usage(folder).free
    if kind in STORED and num_bytes > 0.9 * free:
        raise error(
            "--gigabytes",
            f"{num_bytes / 1e9:g} of stored chunks, with {free / 1e9:.1f} GB free in {folder}",
            "at most nine tenths of the room",
            "Write less, or point --folder at a larger disk.",
        )
