"""The measurement as a table on the terminal, and as Markdown. Nothing is typed by hand."""

from st_keras.text_table import text_table

COLUMNS = (
    ("network", lambda row: row["model"]),
    ("mode", lambda row: row["mode"]),
    ("by", lambda row: row["by"]),
    ("precision", lambda row: row["precision"]),
    ("ms", lambda row: _number(1e3 * row["median_seconds"])),
    (
        "10..90 %",
        lambda row: f"{_number(1e3 * row['low_seconds'])}..{_number(1e3 * row['high_seconds'])}",
    ),
    ("seq/s", lambda row: _number(row["sequences_per_second"])),
    ("frames/s", lambda row: _number(row["frames_per_second"])),
    ("GFLOP", lambda row: _number(row["flop"] / 1e9)),
    ("GFLOP/s", lambda row: _number(row["flop_per_second"] / 1e9)),
    ("of rate", lambda row: f"{row['percent_of_rate']:.1f} %"),
    ("first, s", lambda row: _number(row["first_seconds"])),
    ("peak, MiB", lambda row: _number(row["peak_mib"])),
    ("x float32", lambda row: _number(row["times_float32"])),
    ("x same", lambda row: _number(row["times_same"])),
)
# Load per processor above which others have taken part of the machine.
BUSY = 0.25
LEGEND = (
    "of rate: of the largest convolution rate of that dtype in this run. first: the call that "
    "traces. peak: above the process before the model. x float32, x same: times as fast as "
    "PyTorch's eager stand-in in float32, and in the same precision."
)


def text(found):
    """Return the whole report as aligned text."""
    rates = _rates(found)
    tables = [_aligned(*rates), _aligned(*_results(found))]
    return "\n\n".join(["\n".join(_facts(found)), *tables, "\n".join(_remarks(found))])


def markdown(found):
    """Return the whole report as Markdown."""
    facts = "\n".join(f"- {fact}" for fact in _facts(found))
    tables = [_piped(*_rates(found)), _piped(*_results(found))]
    return "\n\n".join(["# Speed", facts, *tables, *_remarks(found)]) + "\n"


def _facts(found):
    machine, settings = found["machine"], found["settings"]
    flags = f" ({', '.join(machine['instructions'])})" if machine["instructions"] else ""
    gpus = f"; GPU: {', '.join(machine['gpus'])}" if machine["gpus"] else ""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return [
        f"{found['date']}: {machine['name']}{flags}, {machine['cores']} CPUs{gpus}",
        f"{versions}; Keras on {settings['backend']}",
        f"{found['command']}",
        f"layers {settings['filters']}, kernels {settings['kernel_size']}, frames "
        f"{settings['size']}x{settings['size']}x1 in patches of {settings['patch']}, batch "
        f"{settings['batch']} of {settings['frames']} frames, remat {settings['remat']}; SlowVAE: "
        f"{settings['images']} images; median of {settings['rounds']} rounds",
    ]


def _rates(found):
    rows = [
        [dtype, _number(each["convolution"] / 1e9), _number(each["matrix"] / 1e9)]
        for dtype, each in found["rates"].items()
    ]
    return ["this machine, GFLOP/s", "convolution", "matrix"], rows


def _results(found):
    cells = [[column(row) for _, column in COLUMNS] for row in found["rows"]]
    return [name for name, _ in COLUMNS], cells


def _remarks(found):
    return [LEGEND, *_disturbance(found["machine"]), *found["notes"]]


def _disturbance(machine):
    """Return a warning if other processes were busy when the measurement began."""
    load = machine["load"] or 0.0
    if load <= BUSY * machine["cores"]:
        return []
    return [
        f"Other processes were running (load average {load:.1f} at the start). Threads that wait "
        "for each other, as PyTorch's do, then lose most: repeat this on a quiet machine."
    ]


def _aligned(names, rows):
    # Words to the left, numbers to the right.
    left = [k for k in range(len(names)) if all(not row[k][:1].isdigit() for row in rows)]
    return text_table([names, *rows], left)


def _piped(names, rows):
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value):
    """Three digits, or more before the point; a dash for what was not measured."""
    if value is None:
        return "-"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"
