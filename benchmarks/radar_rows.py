"""The rows of the protocol `radar-60min-v1`, computed again by our baselines and our scores.

    python -m benchmarks radar_rows [--series NAME,...] [--methods NAME,...] [--output FOLDER]

For each series of the radar files and each method: ours, the published number, the difference. The
tolerance is 0.001 for persistence and zero, 0.005 for pysteps' nowcasts (extra [radar]). A number
of two decimals stands for all that round to it, and the tolerance begins at these. Returns 1 where
a number is not reproduced, 2 where something is missing.

--inside scores the pixels alone that every method knows (the air came from within the frame), of
which nothing was published.
"""

import argparse
import decimal
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np

from benchmarks.radar_rows_published import LEADS, MEANS, published
from benchmarks.radar_series import FOLDER, SERIES
from benchmarks.result_folder import new_folder, write_results
from st_keras.baselines import SPROG, make_baseline
from st_keras.metrics.radar import rain_sums
from st_keras.metrics.video import common_pixels
from st_keras.text_table import text_table
from st_keras.validation import InputError, check_file, error

METHODS = (
    "persistence",
    "extrapolation",
    "sprog",
    "extrapolation-tuned",
    "sprog-tuned",
    "sprog-no-match",
    "zero",
)
OF_PYSTEPS = METHODS[1:6]
TOLERANCE = {method: 5e-3 if method in OF_PYSTEPS else 1e-3 for method in METHODS}
FILES = {"fmi": "radar_fmi_2016_2017_5min", "knmi": "radar_knmi_20100826_5min"}
FILES["mrms"] = "radar_mrms_20190610_2min_3win"


def main(argv=None):
    """Compute the rows and print them. Returns the exit status."""
    parser = argparse.ArgumentParser("python -m benchmarks radar_rows", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--series", default=",".join(SERIES), help="default: all")
    parser.add_argument("--methods", default=",".join(METHODS), help="default: all")
    parser.add_argument("--data", default=FOLDER, type=pathlib.Path, help="folder of the files")
    parser.add_argument("--inside", action="store_true", help="only pixels that all methods know")
    parser.add_argument("--output", type=new_folder, help="also write radar_rows.json and .md")
    options = parser.parse_args(argv)
    try:
        series = _chosen("--series", options.series, SERIES)
        methods = _chosen("--methods", options.methods, METHODS)
        for name in series:
            check_file("--data", options.data / f"{FILES[name.split('_')[0]]}.npz")
        models = {method: model_of(method) for method in methods}
    except InputError as refusal:
        print(f"radar_rows: {refusal}", file=sys.stderr)
        return 2
    found, texts, missed = {}, [], []
    for name in series:
        found[name] = rows_of(name, models, options.data, options.inside)
        texts.append(f"{name}, {found[name]['windows']} windows\n{table(name, found[name])}")
        print(texts[-1] + "\n", flush=True)
        missed += [] if options.inside else not_reproduced(name, found[name])
    last = "" if options.inside else summary(found, missed)
    print(last)
    if options.output:
        text = "\n\n".join(f"```\n{each}\n```" for each in texts)
        write_results(options.output, "radar_rows", found, f"{text}\n\n{last}")
    return 1 if missed else 0


def rows_of(name, models, folder=FOLDER, inside=False):
    """Return what the methods score on a series.

    Args:
        name: str, a key of `SERIES`.
        models: dict, method -> `Baseline`.
        folder: path of the files.
        inside: bool, see the module.

    Returns:
        dict: "windows", int; "rows", dict, method -> list of float, in the order of `headings`.
    """
    series = SERIES[name]
    context, truth = series.windows(folder)
    horizon = series.protocol.horizon
    forecasts = {method: model.forecast(context, horizon) for method, model in models.items()}
    if inside:
        truth, _ = common_pixels(truth, forecasts)
    rows = {}
    for method, forecast in forecasts.items():
        scores = rain_sums(truth, forecast, series.protocol, "mm/h").scores()
        csi = scores["leads"]["csi@1"]
        means = [scores["mean"][score] for score in ("csi@1", *MEANS)]
        rows[method] = [float(each) for each in (*(csi[k - 1] for k in LEADS[horizon]), *means)]
    return {"windows": len(context), "rows": rows}


def headings(name):
    """Return the names of the numbers of a series."""
    leads = [f"CSI 1 l{k}" for k in LEADS[SERIES[name].protocol.horizon]]
    return [*leads, "CSI 1", "CSI .5", "CSI 2", "CSI 5", "POD 1", "FAR 1", "FSS", "MAE", "ratio"]


def differences(name, found):
    """Return {method: [(ours, published, excess) for each number]}.

    `excess` is by how much ours lies beyond what rounds to the published number; None where it says
    nothing ("-").
    """
    rows = {}
    for method, ours in found["rows"].items():
        rows[method] = []
        for own, text in zip(ours, published()[name][method], strict=True):
            if text == "-":
                rows[method].append((own, None, None))
                continue
            half = 0.5 * 10.0 ** decimal.Decimal(text).as_tuple().exponent
            distance = abs(own - float(text))
            # Three decimals tell more than the tolerance, two do not.
            slack = half if half >= TOLERANCE[method] else 0.0
            rows[method].append((own, float(text), float(np.maximum(0.0, distance - slack))))
    return rows


def not_reproduced(name, found):
    """Return lines of the numbers that are beyond the tolerance, or are NaN."""
    lines = []
    for method, row in differences(name, found).items():
        for title, (own, theirs, excess) in zip(headings(name), row, strict=True):
            if theirs is not None and not excess <= TOLERANCE[method]:
                lines.append(f"{name} {method}: {title} {own:.4f}, published {theirs:g}")
    return lines


def table(name, found):
    """Return a table: ours, published and the difference for each method."""
    rows = [["", "", *headings(name)]]
    for method, row in differences(name, found).items():
        texts = published()[name][method]
        rows.append([method, "ours", *("-" if np.isnan(own) else f"{own:.3f}" for own, *_ in row)])
        rows.append(["", "published", *texts])
        gaps = ["-" if t is None else f"{own - t:+.4f}" for own, t, _ in row]
        rows.append(["", "difference", *gaps])
    return text_table(rows, left=(0, 1))


def summary(found, missed):
    """Return the largest differences, by how many decimals were published, and what was missed."""
    largest = {}
    for name, of in found.items():
        for method, row in differences(name, of).items():
            for (own, theirs, _), text in zip(row, published()[name][method], strict=True):
                if theirs is not None:
                    kind = "pysteps" if method in OF_PYSTEPS else "persistence and zero"
                    key = kind, len(text.partition(".")[2])
                    largest[key] = max(largest.get(key, 0.0), abs(own - theirs))
    lines = [
        f"largest difference, {kind}, numbers of {decimals} decimals: {gap:.4f}"
        for (kind, decimals), gap in largest.items()
    ]
    lines.append(f"{len(missed)} numbers are not reproduced" + (":" if missed else ""))
    return "\n".join([*lines, *missed])


def model_of(method):
    """Return the `Baseline` of a method."""
    if method == "sprog-no-match":
        return SPROG(matching=None)
    return make_baseline(method, units="mm/h")


def _chosen(flag, text, names):
    chosen = text.split(",")
    wrong = [name for name in chosen if name not in names]
    if wrong:
        raise error(flag, f"{wrong[0]!r}", f"names among {', '.join(names)}", "Correct the name.")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
