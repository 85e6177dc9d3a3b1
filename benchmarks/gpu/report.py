"""The report: a line of the table for each row as it comes, and the whole as Markdown."""

from benchmarks.gpu.rows import POLICIES
from benchmarks.speed.contestant import COMPILED_PEER, PEER

WIDTHS = (39, 14, 4)
LEGEND = (
    "parity: largest differences of the GPU from the CPU, and from the golden values of the "
    "reference code where these were given, as shares of the largest value: of the outputs, the "
    "loss, and the gradient of the worst weight. float32 there is without TensorFloat-32, TF32 "
    "with it. Elsewhere TensorFloat-32 is as each library has it by default: on, for convolutions. "
    "fit, speed: a training step of PredRNN-V2. peak: of the device's memory; with --smoke of the "
    "process, above its libraries."
)
# Of a contestant, the beginning of its rows' names, before the policy, and what follows it.
STEPS = {
    "st_keras": ("fit ", " without XLA"),
    "st_keras, XLA": ("fit ", " XLA"),
    "st_keras on JAX": ("speed JAX ", ""),
    "PyTorch": (f"speed {PEER} ", ""),
    "PyTorch, compiled": (f"speed {COMPILED_PEER} ", ""),
}


def heading():
    """Return the first line of the table on a terminal."""
    return _line("row", "status", "s", "what was found")


def line(result):
    """Return the line of one result, of `benchmarks.gpu.row_process.answer`."""
    return _line(result["name"], result["status"], f"{result['seconds']:.0f}", result["text"])


def facts(found):
    """Return the lines that say what was measured, on what, and with what."""
    machine, settings = found["machine"], found["settings"]
    return [
        f"{found['date']}: {machine['name']}, {machine['cores']} CPUs",
        f"GPUs: {'; '.join(machine['gpus']) or 'none that nvidia-smi knows of'}",
        ", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        found["command"],
        f"layers {list(settings['filters'])}, kernels {settings['kernel_size']}, frames "
        f"{settings['size']}x{settings['size']}x1 in patches of {settings['patch']}, batch "
        f"{settings['batch']} of {settings['frames']} frames: {settings['flop'] / 1e9:.4g} GFLOP "
        "per training step",
        *(["Tiny, on a CPU: no figure says anything of a GPU."] if settings["smoke"] else []),
    ]


def steps_table(results):
    """Return the training steps side by side, as rows of text; the first is the heading.

    A cell has milliseconds, and how many times as fast as PyTorch's eager stand-in of the same
    precision.
    """
    medians = {result["name"]: result.get("median_seconds") for result in results}

    def cell(who, policy):
        begin, end = STEPS[who]
        ours, eager = medians.get(begin + policy + end), medians.get(STEPS["PyTorch"][0] + policy)
        if ours is None:
            return "-"
        return f"{1e3 * ours:.3g} ms" + (f", x {eager / ours:.2f}" if eager else "")

    table = [["training step", *POLICIES]]
    return table + [[who, *(cell(who, policy) for policy in POLICIES)] for who in STEPS]


def markdown(found):
    """Return the whole report as Markdown."""
    results = found["rows"]
    table = [["row", "status", "s", "what was found"]]
    table += [[r["name"], r["status"], f"{r['seconds']:.0f}", r["text"]] for r in results]
    logs = [
        "\n".join([f"## {result['name']}: the last it said", "```", *result["log"], "```"])
        for result in results
        if result.get("log")
    ]
    parts = ["\n".join(f"- {fact}" for fact in facts(found)), _piped(table), LEGEND]
    return "\n\n".join(["# On a GPU", *parts, _piped(steps_table(results)), *logs]) + "\n"


def _line(name, status, seconds, text):
    return f"{name:{WIDTHS[0]}} {status:{WIDTHS[1]}}{seconds:>{WIDTHS[2]}}  {text}"


def _piped(table):
    heading, *rows = [[cell.replace("|", "/") for cell in row] for row in table]
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
