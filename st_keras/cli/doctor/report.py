"""What `doctor` found, as lines for the terminal."""


def machine_lines(machine):
    """Return the lines of `describe_machine`."""
    versions = machine["versions"]
    found = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
    memory, processor = machine["memory"], machine["processor"]
    instructions = ", ".join(processor["instructions"]) or "unknown"
    cards = [
        f"{gpu['name']}, {mebibytes(gpu['total_bytes'])}, {mebibytes(gpu['free_bytes'])} free"
        for gpu in machine["gpus"]
    ]
    seen = machine["gpus_of_tensorflow"]
    lines = [
        f"{'versions':14}{found}",
        f"{'processor':14}{processor['name']}, {processor['cores']} core(s); {instructions}",
        f"{'memory':14}{mebibytes(memory['total_bytes'])}, "
        f"{mebibytes(memory['available_bytes'])} available",
        f"{'GPUs':14}{'; '.join(cards) or 'none'}; TensorFlow uses {seen}",
        f"{'XLA':14}off unless --jit-compile (or compile(jit_compile=True)) asks for it",
    ]
    for name, packages in machine["extras"].items():
        missing = [package for package, version in packages.items() if version is None]
        text = f"missing {', '.join(missing)}: pip install 'st_keras[{name}]'"
        lines.append(f"{'[' + name + ']':14}{text if missing else 'installed'}")
    return lines


def precision_lines(rates):
    """Return the lines of `convolution_rates`."""
    lines = ["", "convolution 5x5, 64 to 128 channels, 16x16, batch 4:"]
    for dtype, seconds in rates["seconds"].items():
        lines.append(
            f"  {dtype:10}{1e3 * seconds:>9.2f} ms{rates['gflops'][dtype]:>9.0f} GFLOP/s"
            f"{rates['times_float32'][dtype]:>8.2f} x float32"
        )
    policy = rates["advice"]
    reason = (
        "nothing narrower is faster here"
        if policy == "float32"
        else "this device computes it natively"
    )
    return [*lines, f"  advice: --precision {policy} ({reason})"]


def prediction_lines(found):
    """Return the lines of `predict`, `verify` and `alternatives`."""
    lines = ["", f"training step, {found['request']}; {found['parameters']:,} parameters"]
    lines += [f"  {'':22}{'peak':>12}{'at start':>12}{'first step':>12}{'step':>10}"]
    lines += [_row(f"batch {entry['batch_size']}, measured", entry) for entry in found["measured"]]
    fixed, sample = found["fixed_bytes"], found["sample_bytes"]
    lines += [
        f"  peak memory = {mebibytes(fixed)} + {mebibytes(sample)} per sample ({found['device']})",
        f"  batch {found['batch_size']}, predicted: {mebibytes(found['predicted_bytes'])}"
        + {True: ", fits", False: ", DOES NOT FIT", None: ""}[found["fits"]],
        f"  {_largest(found)}",
    ]
    if "verified" in found:
        lines += _verified(found)
    lines += [_alternative(*each) for each in found.get("alternatives", {}).items()]
    return lines


def mebibytes(value):
    """Return bytes as text in MiB; "unknown" for None."""
    return "unknown" if value is None else f"{value / 2**20:,.0f} MiB"


def _alternative(flag, found):
    if "failed" in found:
        return f"  with {flag}: not measured ({found['failed']})"
    return (
        f"  with {flag}: {mebibytes(found['predicted_bytes'])} predicted, "
        f"{'fits' if found['fits'] else 'does not fit'}; largest batch {found['largest_batch']}"
    )


def _largest(found):
    if found["available_bytes"] is None:
        return "largest batch: unknown, as the available memory is"
    batch = found["largest_batch"]
    return (
        f"largest batch for the {mebibytes(found['available_bytes'])} available, "
        f"{100 * found['margin']:.0f} % of it kept free: "
        f"{'no limit to be seen at these sizes' if batch is None else batch}"
    )


def _verified(found):
    entry = found["verified"]
    if entry is None:
        return ["  not run (--verify): it is not predicted to fit"]
    row = _row(f"batch {entry['batch_size']}, measured", entry)
    return [row, f"  predicted / measured: {entry['predicted_to_measured']:.3f}"]


def _row(name, entry):
    return (
        f"  {name:22}{mebibytes(entry['peak_bytes']):>12}{mebibytes(entry['base_bytes']):>12}"
        f"{entry['first_seconds']:>10.2f} s{entry['step_seconds']:>8.3f} s"
    )
