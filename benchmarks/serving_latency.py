"""Latency of a served PredRNN: by gRPC, by REST, and called directly; and of the first request.

python -m benchmarks.serving_latency [--filters 64,64,64,64] [--rounds 20] [--json]

One development server and its client, in one process, on loopback; what they add to the direct call
of the same signature is what the protocols cost. Batches of 1 and 8 sequences of 64x64 pixels: a
forecast of 10 frames after 10, and one step of a stream, whose state goes both ways. The first
request is measured in a process of its own, with and without the warm-up requests of the export.
Needs the extra [serving].
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np

BATCHES = (1, 8)
LENGTH = HORIZON = 10
WARM_UP = 2  # rounds that do not count


def main(arguments=None):
    """Measure, and print a Markdown table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filters", default="64,64,64,64")
    parser.add_argument("--kernel-size", type=int, default=5)
    parser.add_argument("--patch-size", type=int, default=4)
    parser.add_argument("--size", type=int, default=64, help="height and width (default: 64)")
    parser.add_argument("--rounds", type=int, default=20, help="of each (default: 20)")
    parser.add_argument("--json", action="store_true", help="seconds as JSON, no table")
    parser.add_argument("--first", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--cold", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.first:
        print(json.dumps(first_request(options.first, not options.cold, options.size)))
        return
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder) / "nowcast"
        export(options, base / "1")
        seconds = measure(base, options.size, options.rounds)
        first = {name: _in_own_process(base, name, options.size) for name in ("cold", "warmed up")}
    found = {"seconds": {" / ".join(case): each for case, each in seconds.items()}, "first": first}
    print(json.dumps(found) if options.json else table(seconds, first))


def export(options, folder):
    """Write a PredRNN with new weights, and warm-up requests of one sequence."""
    import st_keras

    network = st_keras.models.PredRNN(
        tuple(int(f) for f in options.filters.split(",")),
        kernel_size=options.kernel_size,
        patch_size=options.patch_size,
    )
    model = st_keras.training.Forecaster(network, context_length=LENGTH)
    model.build((None, None, options.size, options.size, 1))
    st_keras.export.export_saved_model(model, folder, warmup=frames(1, options.size))


def frames(batch, size):
    """Uniform numbers (batch, LENGTH, size, size, 1)."""
    shape = (batch, LENGTH, size, size, 1)
    return np.random.default_rng(0).random(shape, dtype="float32")


def measure(base, size, rounds):
    """Return `{(what, batch, how): seconds of each round}`."""
    from st_keras.export import DevelopmentServer, ServingClient

    seconds = {}
    # REST writes a float in up to 13 bytes, and states are many floats.
    with DevelopmentServer(base, port=0, rest_port=0, max_request_mb=512) as server:
        clients = {
            "gRPC": ServingClient(server.grpc_address, timeout=600),
            "REST": ServingClient(server.rest_address, timeout=600),
        }
        for batch in BATCHES:
            context = frames(batch, size)
            forecasts = {"direct": lambda context=context: _direct_forecast(server, context)}
            steps = {"direct": _direct_stream(server, context)}
            for name, client in clients.items():
                forecasts[name] = lambda client=client, context=context: client.forecast(
                    context, HORIZON
                )
                stream = client.stream(batch)
                steps[name] = lambda stream=stream, context=context: stream.step(context[:, 0])
            for what, contestants in (("forecast", forecasts), ("step", steps)):
                for name, values in in_turns(contestants, rounds).items():
                    seconds[what, f"batch {batch}", name] = values
        for client in clients.values():
            client.close()
    return seconds


def in_turns(contestants, rounds):
    """Return `{name: seconds of each round}`; every round runs each contestant once."""
    seconds = {name: [] for name in contestants}
    for turn in range(WARM_UP + rounds):
        for name, run in contestants.items():
            begin = time.perf_counter()
            run()
            if turn >= WARM_UP:
                seconds[name].append(time.perf_counter() - begin)
    return seconds


def first_request(base, warm, size):
    """Return seconds to be ready, and of the first and the second forecast and step."""
    from st_keras.export import DevelopmentServer, ServingClient

    context, found = frames(1, size), {}
    begin = time.perf_counter()
    with DevelopmentServer(base, port=0, rest_port=0, replay_warm_up=warm) as server:
        found["ready"] = time.perf_counter() - begin
        with ServingClient(server.grpc_address, timeout=600) as client:
            client.signatures()  # connects
            stream = client.stream()
            for turn in ("first", "second"):
                for what, run in (
                    ("forecast", lambda: client.forecast(context, HORIZON)),
                    ("step", lambda: stream.step(context[:, 0])),
                ):
                    begin = time.perf_counter()
                    run()
                    found[f"{turn} {what}"] = time.perf_counter() - begin
    return found


def table(seconds, first):
    """Return two Markdown tables: milliseconds, and seconds of the start."""
    lines = ["| | | direct call | gRPC | REST |", "|---|---|---|---|---|"]
    for what, batch in dict.fromkeys(case[:2] for case in seconds):
        cells = []
        for how in ("direct", "gRPC", "REST"):
            median, high = np.quantile(seconds[what, batch, how], [0.5, 0.95])
            cells.append(f"{1e3 * median:.1f} ({1e3 * high:.1f})")
        lines.append(f"| {what} | {batch} | {' | '.join(cells)} |")
    lines += ["", "Milliseconds: median (95th percentile).", ""]
    names = list(first["cold"])
    lines += [f"| | {' | '.join(names)} |", "|---" * (1 + len(names)) + "|"]
    for start, found in first.items():
        lines.append(f"| {start} | {' | '.join(f'{found[name]:.3f}' for name in names)} |")
    return "\n".join([*lines, "", "Seconds, by gRPC, batch 1; ready: loaded and warmed up."])


def _direct_forecast(server, context):
    import tensorflow as tf

    inputs = {"context": tf.constant(context), "horizon": tf.constant(HORIZON)}
    return server.model.function("forecast")(**inputs)["forecast"].numpy()


def _direct_stream(server, context):
    import tensorflow as tf

    batch, _, height, width, _ = context.shape
    sizes = {"batch_size": batch, "height": height, "width": width}
    states = server.model.function("init_state")(**{k: tf.constant(v) for k, v in sizes.items()})

    def step():
        nonlocal states
        answer = dict(server.model.function("step")(frame=tf.constant(context[:, 0]), **states))
        prediction = answer.pop("prediction")
        states = answer
        return prediction.numpy()

    return step


def _in_own_process(base, name, size):
    command = [sys.executable, "-m", "benchmarks.serving_latency", "--first", str(base)]
    command += [f"--size={size}", *(["--cold"] if name == "cold" else [])]
    # Nothing but this module and numbers.
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return json.loads(output.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
