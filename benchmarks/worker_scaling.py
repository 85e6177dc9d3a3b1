"""Two workers against one: step time, all-reduce, and what the formula of scaling predicts.

python -m benchmarks.worker_scaling [--batch 4] [--steps 12] [--filters 32,32]

Two processes of one thread, each on a core of its own, on loopback. First both train alone, at the
same time; then together, on twice the batch; then they only exchange. With --predict nothing is
measured: the formula of `benchmarks.scaling_model` for the given step, parameters and links.

python -m benchmarks.worker_scaling --predict --step-ms 250 --parameters 23855104
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time

from benchmarks.scaling_model import efficiency, exchange_seconds, fitted_link

SMALL = 4096  # bytes, of the all-reduce that tells the latency
# Bytes per second in one direction, and seconds per message: what vendors state, not measured here.
LINKS = {
    "8 GPUs on one host, 450 GB/s between them": (8, 450e9, 5e-6),
    "8 GPUs on one host, PCIe at 25 GB/s": (8, 25e9, 10e-6),
    "8 hosts, 400 Gbit/s network": (8, 50e9, 20e-6),
    "8 hosts, 25 Gbit/s network": (8, 3.125e9, 30e-6),
    "8 hosts, 10 Gbit/s network": (8, 1.25e9, 50e-6),
}


def main(arguments=None):
    """Measure and print, or only predict."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=4, help="sequences per worker (default: 4)")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--filters", default="32,32")
    parser.add_argument("--predict", action="store_true")
    parser.add_argument("--step-ms", type=float, default=250.0)
    parser.add_argument("--parameters", type=int, default=23_855_104)
    parser.add_argument("--role", choices=("alone", "worker"), help=argparse.SUPPRESS)
    parser.add_argument("--index", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.role:
        print(json.dumps(measure(options)))
        return
    if options.predict:
        print(prediction(options.step_ms / 1e3, options.parameters))
        return
    alone, together = (_two_processes(options, role) for role in ("alone", "worker"))
    found = compared(alone, together)
    print(report(found))
    print(json.dumps(found))


def measure(options):
    """Return seconds of a step and of all-reduces, in one of the two processes."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[options.index % len(cores)]})
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from st_keras.models import PredRNN
    from st_keras.training import Forecaster, make_strategy

    strategy = make_strategy("multi_worker" if options.role == "worker" else "one_device")
    replicas = strategy.num_replicas_in_sync
    frames = np.random.default_rng(0).random((options.batch * replicas, 20, 64, 64, 1), "float32")
    with strategy.scope():
        network = PredRNN(tuple(int(f) for f in options.filters.split(",")), patch_size=4)
        model = Forecaster(network, context_length=10)
        model.compile("adam")
        model.build(frames.shape)
    data = tf.data.Dataset.from_tensors(frames).repeat()
    setting = tf.data.Options()
    setting.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    times = _batch_times()
    model.fit(
        data.with_options(setting),
        steps_per_epoch=options.steps,
        verbose=0,
        callbacks=[times],
        shuffle=False,
    )
    size = 4 * sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    found = {"step": statistics.median(times.seconds[2:]), "bytes": size, "exchange": []}
    if replicas > 1:
        found["exchange"] = [(n, _exchange(strategy, n, options.steps)) for n in (SMALL, size)]
    return found


def compared(alone, together):
    """Return measured and predicted step of two workers, from what both processes found."""
    step = max(found["step"] for found in alone)
    (small, large) = together[0]["exchange"]
    bandwidth, latency = fitted_link(small, large)
    exchange = exchange_seconds(large[0], 2, bandwidth, latency)
    measured = max(found["step"] for found in together)
    return {
        "bytes": large[0],
        "step of one": step,
        "exchange": exchange,
        "bandwidth": bandwidth,
        "latency": latency,
        "step of two": measured,
        "efficiency": step / measured,
        "predicted": efficiency(step, exchange),
    }


def report(found):
    """Return the lines of the measurement."""
    return "\n".join(
        (
            f"gradients                  {found['bytes'] / 1e6:10.2f} MB",
            f"step of one worker         {1e3 * found['step of one']:10.1f} ms",
            f"all-reduce of 2            {1e3 * found['exchange']:10.1f} ms   "
            f"({found['bandwidth'] / 1e6:.0f} MB/s, {1e6 * found['latency']:.0f} us a message)",
            f"step of 2 workers          {1e3 * found['step of two']:10.1f} ms",
            f"efficiency, measured       {found['efficiency']:10.2f}",
            f"efficiency, predicted      {found['predicted']:10.2f}",
        )
    )


def prediction(step, parameters):
    """Return a table of predicted efficiencies, without and with the exchange hidden by half."""
    size = 4 * parameters
    lines = [f"{'link':44}{'exchange, ms':>14}{'efficiency':>12}{'half hidden':>13}"]
    for name, (replicas, bandwidth, latency) in LINKS.items():
        exchange = exchange_seconds(size, replicas, bandwidth, latency)
        shares = [efficiency(step, exchange, overlap) for overlap in (0.0, 0.5)]
        lines.append(f"{name:44}{1e3 * exchange:14.2f}{shares[0]:12.3f}{shares[1]:13.3f}")
    return "\n".join(lines)


def _batch_times():
    import keras

    class BatchTimes(keras.callbacks.Callback):
        """Seconds of every batch."""

        def __init__(self):
            super().__init__()
            self.seconds = []

        def on_train_batch_begin(self, batch, logs=None):
            self.begun = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            self.seconds.append(time.perf_counter() - self.begun)

    return BatchTimes()


def _exchange(strategy, num_bytes, repeats):
    """Median seconds of an all-reduce of so many bytes."""
    import tensorflow as tf

    from st_keras.replicas.exchange import all_reduce_sum

    @tf.function(autograph=False)
    def run(numbers):
        return strategy.run(lambda x: all_reduce_sum([x + 0.0])[0], (numbers,))

    numbers, seconds = tf.ones((num_bytes // 4,)), []
    for _ in range(repeats + 2):
        begun = time.perf_counter()
        _ = float(run(numbers)[0])
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds[2:])


def _two_processes(options, role):
    sizes = [f"--{name}={getattr(options, name)}" for name in ("batch", "steps", "filters")]
    addresses = [f"127.0.0.1:{port}" for port in _free_ports()]
    running = []
    for index in range(2):
        environment = dict(os.environ)
        if role == "worker":
            task = {"type": "worker", "index": index}
            configuration = {"cluster": {"worker": addresses}, "task": task}
            environment["TF_CONFIG"] = json.dumps(configuration)
        command = [sys.executable, "-m", "benchmarks.worker_scaling", *sizes]
        command += [f"--role={role}", f"--index={index}"]
        # Nothing but this module and numbers.
        running.append(
            subprocess.Popen(  # noqa: S603
                command, stdout=subprocess.PIPE, text=True, env=environment
            )
        )
    outputs = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit(f"A process of the role {role!r} has failed; see its messages above.")
    return [json.loads(output.splitlines()[-1]) for output in outputs]


def _free_ports():
    # Both are held while the second is chosen, so that they differ.
    with socket.socket() as first, socket.socket() as second:
        for holder in (first, second):
            holder.bind(("127.0.0.1", 0))
        return [holder.getsockname()[1] for holder in (first, second)]


if __name__ == "__main__":
    main()
