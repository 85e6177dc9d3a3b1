"""Table and pictures of `benchmarks.scaling`."""

from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure

HEADINGS = (
    "GFLOP",
    "step ms",
    "10..90 %",
    "GFLOP/s",
    "exponent",
    "per FLOP",
    "peak MiB",
    "training MiB",
    "exponent",
    "first step s",
)


def markdown(found):
    """Return tables, exponents and verdicts as Markdown.

    Args:
        found: dict that `benchmarks.scaling.measure` returned.
    """
    base = ", ".join(f"{name} {value}" for name, value in found["base"].items())
    machine = found["machine"]
    lines = [
        f"# Cost of a PredRNN-V2 training step, {found['policy']}",
        "",
        f"`{found['command']}`; {machine['name']}, {machine['cores']} core(s), {found['date']}.",
        f"Each quantity is varied alone around {base}; median of {found['rounds']} rounds, all",
        "points of a quantity in turns. Exponents are local, from the row above to this one: of",
        "time and of memory above the start against the quantity, and (per FLOP) of time against",
        "arithmetic.",
    ]
    for quantity, part in found["quantities"].items():
        lines += [
            "",
            f"| {quantity} | {' | '.join(HEADINGS)} |",
            "|---" * (1 + len(HEADINGS)) + "|",
        ]
        lines += [f"| {' | '.join(_cells(row))} |" for row in part["points"]]
        for name, text in (("time", "time"), ("flops", "FLOPs"), ("memory", "memory above start")):
            if part["exponents"].get(name):
                slope, error = part["exponents"][name]
                known = "" if error is None else f" (standard error {error:.2f})"
                lines += ["", f"{text} ~ {quantity}^{slope:.2f}{known}"]
        fixed = part["fixed"]
        if fixed["gflops"] is not None:
            rate = f"FLOPs at {fixed['gflops']:.0f} GFLOP/s"
            lines += ["", f"time = {1e3 * fixed['seconds']:.1f} ms + {rate}"]
        lines += ["", *(f"- {sentence}" for sentence in part["verdicts"])]
    return "\n".join(lines)


def picture(found, path):
    """Draw time and memory against each quantity, both axes logarithmic, one panel each."""
    from matplotlib.ticker import LogLocator, NullLocator, ScalarFormatter

    parts = found["quantities"]
    figure = new_figure(3.4 * len(parts), 3.6)
    panels = figure.subplots(1, len(parts), squeeze=False)[0]
    for axes, (quantity, part) in zip(panels, parts.items(), strict=True):
        rows = part["points"]
        values = [row["value"] for row in rows]
        times = [1e3 * row["seconds"]["median"] for row in rows]
        slope = part["exponents"]["time"][0]
        axes.loglog(values, times, "o-", color=COLOURS[0], label=f"time, ms (exponent {slope:.2f})")
        # Through the last point: what time would be if it followed the arithmetic.
        flops = [row["flops"] for row in rows]
        ideal = [times[-1] * flop / flops[-1] for flop in flops]
        axes.loglog(values, ideal, ":", color=COLOURS[0], label="in proportion to FLOPs")
        memory = [row["memory"] and row["memory"]["training_bytes"] / 2**20 for row in rows]
        if all(memory):
            slope = part["exponents"]["memory"][0]
            label = f"memory, MiB (exponent {slope:.2f})"
            axes.loglog(values, memory, "s--", color=COLOURS[1], label=label)
        quiet_axes(axes)
        axes.set_xticks(values, [str(value) for value in values])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(quantity)
        axes.legend(fontsize=7)
    panels[0].set_ylabel("training step: ms, MiB above the start")
    figure.suptitle(f"PredRNN-V2 training step, {found['policy']}", fontsize=10)
    save_figure("benchmarks scaling", path, figure)


def _cells(row):
    seconds, memory = row["seconds"], row["memory"]
    cells = [
        str(row["value"]),
        f"{row['flops'] / 1e9:.2f}",
        f"{1e3 * seconds['median']:.1f}",
        f"{1e3 * seconds['low']:.1f}..{1e3 * seconds['high']:.1f}",
        f"{row['gflops']:.1f}",
        _slope(row["time_exponent"]),
        _slope(row["time_per_flop_exponent"]),
    ]
    if memory is None:
        return [*cells, "", "", "", ""]
    return [
        *cells,
        f"{memory['peak_bytes'] / 2**20:.0f}",
        f"{memory['training_bytes'] / 2**20:.0f}",
        _slope(row["memory_exponent"]),
        f"{memory['first_seconds']:.1f}",
    ]


def _slope(value):
    return "" if value is None else f"{value:.2f}"
