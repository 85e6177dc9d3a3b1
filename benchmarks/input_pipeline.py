"""Sequences per second that our input pipelines deliver, against what training takes.

python -m benchmarks input_pipeline [--batches 4,16] [--rounds 5] [--json]
python -m benchmarks input_pipeline --archive npy|hdf5|zarr [--gigabytes 30] [--parallel 2] [--json]

All in one process, in turns: batches of 20 frames of 64x64 pixels from each pipeline without
prefetching, and training steps of two PredRNN-V2 (pairs of sprites: of SlowVAE). Pipelines prefetch
while the model computes, so that one which delivers more than training takes costs it nothing but
the processor time it uses; "waiting" is the share of a step if nothing were prefetched. Zarr,
NetCDF and HDF5 are compressed and have one time a chunk; their windows are read from the file.

With `--archive` instead: one archive larger than memory, whose windows are read shuffled; .npy and
HDF5 are sparse, of Zarr every chunk is stored.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf

import st_keras
from benchmarks import archive_files
from benchmarks.large_archive import SUFFIXES, archive_table, measure_archive
from benchmarks.serving_latency import in_turns
from benchmarks.speed.peak_memory import MIB, peak_bytes
from st_keras.cli.doctor.probe_request import SLOWVAE, ProbeRequest
from st_keras.cli.doctor.probed_model import training_step
from st_keras.settings import value_types as types

BATCHES_PER_TURN = 4
ENOUGH = 5  # times what training takes, so that a faster machine for it still waits for nothing
NETWORKS = {
    "standard": {"filters": (64,) * 4, "kernel_size": 5, "patch_size": 4},
    "small": {"filters": (48,) * 2, "kernel_size": 3, "patch_size": 8},
}
CONSUMERS = {"sprites": (SLOWVAE,)}  # others: the networks


def main(argv=None):
    """Measure; print a table, or JSON. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks input_pipeline", description=__doc__.splitlines()[0]
    )
    text = "sizes with commas between (default: 4,16)"
    parser.add_argument("--batches", type=types.whole_numbers, default=(4, 16), help=text)
    parser.add_argument("--rounds", type=types.whole(1), default=5, help="of each (default: 5)")
    parser.add_argument("--frames", type=types.whole(3), default=20, help="default: 20")
    parser.add_argument("--size", type=types.whole(32), default=64, help="pixels (default: 64)")
    parser.add_argument("--json", action="store_true", help="rows as JSON, no table")
    text = "read one large archive instead; --batches: the first, --rounds: batches that are timed"
    parser.add_argument("--archive", choices=SUFFIXES, help=text)
    text = "of the archive, in bytes of frames (default: 30)"
    parser.add_argument("--gigabytes", type=types.number(0.0, above=True), default=30.0, help=text)
    text = "batches of the archive read at once (default: 2)"
    parser.add_argument("--parallel", type=types.whole(1), default=2, help=text)
    text = "where the archive is written, and removed again (default: that of temporary files)"
    parser.add_argument("--folder", help=text)
    text = "measure no training on batches of the archive"
    parser.add_argument("--no-training", dest="training", action="store_false", help=text)
    options = parser.parse_args(argv)
    if options.archive:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            row = measure_archive(
                pathlib.Path(folder), options, lambda: fastest_training(NETWORKS, options)
            )
        print(json.dumps(row) if options.json else archive_table(row))
        return 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        made = pipelines(pathlib.Path(folder), options.frames, options.size)
        for batch_size in options.batches:
            print(f"batch {batch_size} ...", file=sys.stderr, flush=True)
            rows += measure(made, NETWORKS, batch_size, options)
    print(json.dumps(rows) if options.json else table(rows))
    print(f"peak memory, with the networks: {peak_bytes() / MIB:.0f} MiB", file=sys.stderr)
    return 0


def pipelines(folder, frames, size):
    """Return `{name: function of a batch size that makes a dataset}`.

    Args:
        folder: pathlib.Path for generated files: 32 sequences of bytes.
        frames: int, of a sequence.
        size: int, height and width.
    """
    import h5py

    datasets = st_keras.datasets
    array = np.random.default_rng(0).integers(0, 256, (32, 2 * frames, size, size), "uint8")
    np.save(folder / "frames.npy", array)
    np.savez(folder / "frames.npz", array)
    with h5py.File(folder / "frames.h5", "w") as file:
        file["frames"] = array
    with h5py.File(folder / "frames.h5") as file:
        of_hdf5 = file["frames"][...]  # an open dataset would be read by window
    context = frames // 2
    series = archive_files.rain(64 * frames, size)  # one long sequence, as an archive is
    stored = {"Zarr": ".zarr", "NetCDF": ".nc", "HDF5": ".h5"}
    for kind, suffix in stored.items():
        getattr(archive_files, f"write_{kind.lower()}")(folder / f"archive{suffix}", series)

    def windows(frame_array, axes="NTHW"):
        cut = datasets.SequenceDataset.from_arrays(
            frame_array, context, frames - context, axes=axes
        )
        return lambda batch: cut.as_dataset(batch, shuffle=True, repeat=True)

    digits = datasets.MovingDigits(image_size=size, num_frames=frames)
    modes = datasets.MixedModes(image_size=size, num_frames=frames)
    pairs = datasets.LatentPairs(datasets.Sprites())
    return {
        "moving digits": digits.as_dataset,
        "mixed modes": modes.as_dataset,
        "frames .npy, mapped": windows(datasets.load_array_file(folder / "frames.npy")),
        "frames .npz, in memory": windows(datasets.load_array_file(folder / "frames.npz")),
        "frames HDF5, in memory": windows(of_hdf5),
        **{
            f"archive {kind}": windows(archive_files.open_frames(folder / f"archive{end}"), "THW")
            for kind, end in stored.items()
        },
        "sprites": pairs.as_dataset,
    }


def without_prefetch(dataset):
    """Return a dataset that makes a batch when it is asked for one, and not before.

    Between two turns a buffer would fill, unseen by the clock.
    """
    while "Prefetch" in type(dataset).__name__:
        dataset = dataset._input_dataset
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.inject_prefetch = False
    return dataset.with_options(options)


def measure(made, networks, batch_size, options):
    """Return one row for each pipeline and each model that may train on it.

    Args:
        made: what `pipelines` returned.
        networks: `{name: constructor arguments of a PredRNN}`.
        batch_size: int.
        options: has `frames`, `size` and `rounds`.
    """
    sources, sizes, lengths = {}, {}, {}
    for name, make in made.items():
        dataset = make(batch_size)
        sizes[name] = int(np.prod(dataset.element_spec.shape)) * 4
        lengths[name] = dataset.element_spec.shape[1]
        sources[name] = _drawing(dataset)
    models = {
        name: training_step(_request(name, settings, batch_size, options))[1]
        for name, settings in {**networks, SLOWVAE: None}.items()
    }
    seconds = in_turns({**sources, **models}, options.rounds)
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    models.clear()
    keras.backend.clear_session()
    rows = []
    for name in sources:
        drawn = medians[name] / BATCHES_PER_TURN
        for consumer in CONSUMERS.get(name, tuple(networks)):
            step = medians[consumer]
            facts = (name, consumer, batch_size, drawn, step, sizes[name], lengths[name])
            rows.append(row(*facts))
    return rows


def fastest_training(networks, options):
    """Return the seconds of a training step of the fastest network, on the first batch size."""
    steps = {
        name: training_step(_request(name, settings, options.batches[0], options))[1]
        for name, settings in networks.items()
    }
    seconds = in_turns(steps, 1)
    keras.backend.clear_session()
    return min(float(np.median(values)) for values in seconds.values())


def row(pipeline, consumer, batch_size, drawn, step, num_bytes, frames):
    """Return what one pipeline means for one model, as a dict of JSON values.

    Args:
        pipeline, consumer: str.
        batch_size: int.
        drawn: float, seconds in which a batch is made.
        step: float, seconds of a training step without input.
        num_bytes: int, of a batch of float32.
        frames: int, of a sequence.

    Example:

    >>> row("digits", "small", 4, 0.01, 0.09, 4_000_000, 20)["verdict"]
    'x9.0 of what training takes'
    """
    times = step / drawn
    shortfall = ": TOO SLOW" if times <= 1 else f", less than x{ENOUGH}" if times < ENOUGH else ""
    return {
        "pipeline": pipeline,
        "model": consumer,
        "batch": batch_size,
        "sequences_per_second": batch_size / drawn,
        "frames_per_second": batch_size * frames / drawn,
        "megabytes_per_second": num_bytes / drawn / 1e6,
        "training_sequences_per_second": batch_size / step,
        "waiting_share": drawn / (drawn + step),
        "times_training": times,
        "verdict": f"x{times:.1f} of what training takes{shortfall}",
    }


def table(rows):
    """Return a Markdown table of the rows."""
    names = ("sequences/s", "frames/s", "MB/s", "training takes/s", "waiting", "verdict")
    lines = [f"| pipeline | model | batch | {' | '.join(names)} |", "|---" * 9 + "|"]
    for each in rows:
        cells = [
            each["pipeline"],
            each["model"],
            str(each["batch"]),
            f"{each['sequences_per_second']:.0f}",
            f"{each['frames_per_second']:.0f}",
            f"{each['megabytes_per_second']:.0f}",
            f"{each['training_sequences_per_second']:.1f}",
            f"{100 * each['waiting_share']:.1f} %",
            each["verdict"],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    note = "waiting: share of a step's time if nothing were prefetched. Sprites: pairs of frames."
    return "\n".join([*lines, "", note])


def _request(name, settings, batch_size, options):
    if name == SLOWVAE:
        return ProbeRequest(SLOWVAE, batch_size, 2, (64, 64, 1))
    shape = (options.size, options.size, 1)
    sampling = {"sampling": "reverse", "preset": "moving_mnist", "steps": 80_000}
    return ProbeRequest("predrnn", batch_size, options.frames, shape, settings, sampling)


def _drawing(dataset):
    batches = iter(without_prefetch(dataset))

    def draw():
        for _ in range(BATCHES_PER_TURN):
            next(batches)

    return draw


if __name__ == "__main__":
    sys.exit(main())
