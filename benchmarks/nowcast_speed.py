"""How long a served nowcast takes, beside pysteps' motion and extrapolation in the same run.

    python -m benchmarks nowcast_speed [--model nowcast_60min] [--sizes 128,512] [--output FOLDER]

Twelve lead times of one field, by the decision of the model, of the model as it is exported; one
sequence, one thread for each of the two, after warm-up; the calls alternate, and the median of each
counts. Frames are those of FMI 2016, of blocks of pixels for a small size. Needs the radar files
and the extra [radar]. Returns 1 where pysteps is faster, 2 where something is missing.
"""

import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np

from benchmarks.nowcast_folds.training_windows import block_means
from benchmarks.radar_rows import FILES
from benchmarks.radar_series import FOLDER, whole_events
from benchmarks.result_folder import new_folder, write_results
from st_keras.text_table import text_table
from st_keras.validation import InputError, check_file, error

HORIZON = 12
_EVENT, _CALLS, _WARM_UP = "fmi_2016", 15, 3


def main(argv=None):
    """Measure and print. Returns the exit status."""
    parser = argparse.ArgumentParser("python -m benchmarks nowcast_speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", default="nowcast_60min", help="preset, folder or .keras file")
    parser.add_argument("--sizes", default="128,512", help="divisors of 512; default: 128,512")
    parser.add_argument("--data", default=FOLDER, type=pathlib.Path, help="folder of the files")
    parser.add_argument("--output", type=new_folder, help="also write nowcast_speed.json and .md")
    options = parser.parse_args(argv)
    try:
        check_file("--data", options.data / f"{FILES['fmi']}.npz")
        rates = whole_events([_EVENT], options.data)[_EVENT]
        sizes = _sizes(options.sizes, rates.shape[2])
        _one_thread()
        served = _served(options.model)
    except InputError as refusal:
        print(f"nowcast_speed: {refusal}", file=sys.stderr)
        return 2
    found = []
    for size in sizes:
        context = block_means(rates[:, :6], rates.shape[2] // size)[..., None]
        ours, theirs = measure(lambda c=context: served(c), lambda c=context: pysteps_nowcast(c))
        found.append({"pixels": size, "nowcaster_s": ours, "pysteps_s": theirs})
    rows = [["pixels", "Nowcaster, s", "pysteps, s", "ratio"]]
    for each in found:
        ours, theirs = each["nowcaster_s"], each["pysteps_s"]
        size = f"{each['pixels']} x {each['pixels']}"
        rows.append([size, f"{ours:.3f}", f"{theirs:.3f}", f"{ours / theirs:.2f}"])
    text = text_table(rows, left=(0,))
    print(text)
    if options.output:
        write_results(options.output, "nowcast_speed", found, f"```\n{text}\n```")
    return int(any(each["nowcaster_s"] >= each["pysteps_s"] for each in found))


def _sizes(text, pixels):
    """Return the sizes that blocks of whole pixels make of a frame."""
    sizes = [int(size) if size.isdecimal() else 0 for size in text.split(",")]
    if not all(size and pixels % size == 0 for size in sizes):
        raise error("--sizes", text, f"divisors of {pixels}, with commas", "Pass --sizes 128,512.")
    return sizes


def measure(first, second, calls=_CALLS):
    """Return the median seconds of two functions that are called in turn."""
    times = ([], [])
    for call in range(_WARM_UP + calls):
        for function, taken in zip((first, second), times, strict=True):
            begin = time.perf_counter()
            function()
            if call >= _WARM_UP:
                taken.append(time.perf_counter() - begin)
    return tuple(statistics.median(each) for each in times)


def pysteps_nowcast(context):
    """Track and extrapolate with pysteps' own settings, mm/h in and out."""
    from st_keras.baselines import Extrapolation

    return Extrapolation(fill=0.0).forecast(context.astype("float64"), HORIZON)


def _served(name):
    """Return a function of a context to a forecast, of the model as it is exported."""
    import tensorflow as tf

    from st_keras.cli.model_file import load_trained
    from st_keras.export import export_saved_model
    from st_keras.models import Nowcaster

    model = load_trained(pathlib.Path(name), (Nowcaster,))
    with tempfile.TemporaryDirectory() as folder:
        module = tf.saved_model.load(str(export_saved_model(model, pathlib.Path(folder) / "1")))
    signature, horizon = module.signatures["forecast"], tf.constant(HORIZON)

    def forecast(context, _kept=module):  # a signature does not keep what it reads
        return signature(context=tf.constant(context, "float32"), horizon=horizon)["forecast"]

    return lambda context: np.asarray(forecast(context))


def _one_thread():
    import cv2
    import tensorflow as tf

    cv2.setNumThreads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


if __name__ == "__main__":
    sys.exit(main())
