"""`python -m benchmarks NAME [options]`: one command for all measurements."""

import importlib
import sys

# Imported only when asked for: each needs other things.
BENCHMARKS = {
    "speed": "training, inference, forecasts and single steps of every network, beside PyTorch",
    "gpu": "everything that a GPU may change: same function, masks, speed, memory; 8 minutes",
    "quality": "test error against wall clock and updates, by recipe, beside PyTorch",
    "scaling": "cost and memory against batch, frames, size, width and layers",
    "precision": "loss curves of mixed precision against those of float32",
    "input_pipeline": "data sets against what training takes",
    "radar_rows": "the rows of the protocol radar-60min-v1: pysteps and persistence, against ours",
    "nowcast_folds": "the Nowcaster on events it has not seen, beside all rows",
    "nowcast_speed": "a served nowcast against pysteps' motion and extrapolation",
    "nowcast_without_motion": "PredRNN-V2 on a fold of nowcast_folds: what motion is worth",
    "missing_pixels": "whether networks learn the edges of the masks they train with",
    "loop_forms": "forms of the loop over time in one training step",
    "leads": "parts of a training step, each in several forms",
    "slowvae_step": "a SlowVAE step beside PyTorch's, the convolutions alone, and the input",
    "modernn_memory": "attention maps kept, and computed again",
    "serving_latency": "a served forecast and step: gRPC, REST, direct",
    "sample_rain": "no measurement: makes the rain sample of the package from the radar file again",
    "worker_scaling": "two workers against one, and the formula of scaling",
}


def main(arguments=None):
    """Run the benchmark that the first argument names; return its exit code."""
    name, *rest = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if name not in BENCHMARKS:
        asked_for_help = name in ("", "-h", "--help")
        if not asked_for_help:
            print(f"python -m benchmarks: there is no benchmark {name!r}.\n", file=sys.stderr)
        print(usage(), file=sys.stdout if asked_for_help else sys.stderr)
        return 0 if asked_for_help else 2
    return importlib.import_module(f"benchmarks.{name}").main(rest[:-1]) or 0


def usage():
    """Return the list of benchmarks, one per line."""
    lines = [f"  {name:24}{what}" for name, what in BENCHMARKS.items()]
    return "\n".join(["usage: python -m benchmarks NAME [options]; NAME --help\n", *lines])


if __name__ == "__main__":
    sys.exit(main())
