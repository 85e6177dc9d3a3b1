"""The command: train, score and draw the folds."""

import argparse
import dataclasses
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.nowcast_folds.ensemble_scores import score_ensembles
from benchmarks.nowcast_folds.fold_scores import forecast_series, score_series
from benchmarks.nowcast_folds.fold_training import check_same_training, train_fold
from benchmarks.nowcast_folds.report import draw, ensemble_table, gains, score_table
from benchmarks.radar_rows import FILES
from benchmarks.radar_series import CREDITS, EVENTS, FOLDER, SERIES_OF
from benchmarks.result_folder import replace_results
from st_keras.choices import DECISIONS, RESIDUALS
from st_keras.cli.preset_manifest import write_manifest
from st_keras.cli.run_folder import versions
from st_keras.files.whole_folder import check_new
from st_keras.settings.setting import flag_of
from st_keras.validation import InputError, check_file, check_int, check_number, error

RATIOS = (0.8, 1.25)


def main(argv=None):
    """Run the folds that were asked for. Returns the exit status."""
    options = _parser().parse_args(argv)
    events = options.events.split(",")
    try:
        _check(options, events)
    except InputError as refusal:
        print(f"nowcast_folds: {refusal}", file=sys.stderr)
        return 2
    decision = f"nowcaster {options.decision}"
    for event in events:
        folder = options.output / event
        model = train_fold(
            event,
            folder,
            options.residual,
            options.batches,
            options.batch_size,
            options.seed,
            options.made_share,
            options.data,
        )
        if options.train_only:
            continue
        scored = {name: _score(name, model, folder, decision, options) for name in SERIES_OF[event]}
        if options.preset:
            _ship(model, folder, scored, options)
    return 0


def _check(options, events):
    """Refuse, before a training of minutes, what cannot be trained or scored."""
    wrong = [event for event in events if event not in EVENTS]
    if wrong:
        raise error("--events", repr(wrong[0]), f"names among {', '.join(EVENTS)}", "Correct it.")
    for name, least in (("batches", 1), ("batch_size", 1), ("seed", 0), ("members", 0)):
        check_int(flag_of(name), name, getattr(options, name), least)
    check_number("--made-share", "made_share", options.made_share, 0.0, 1.0)
    if options.members == 1:
        raise error(
            "--members", "1", "0, or an ensemble of at least two", "Leave it out: 20 are drawn."
        )
    for event in events:
        check_same_training(
            options.output / event,
            residual=options.residual,
            batches=options.batches,
            batch_size=options.batch_size,
            seed=options.seed,
            made_share=options.made_share,
        )
    if options.preset:
        check_new("--preset", options.preset)
        if options.train_only:
            raise error(
                "--preset", "it with --train-only", "a fold that is scored", "Leave one out."
            )
        if len(events) > 1:
            raise error(
                "--preset", "it with several --events", "one event left out", "Name the event."
            )
    for file in FILES.values():
        check_file("--data", options.data / f"{file}.npz")


def _score(name, model, folder, decision, options):
    found = forecast_series(name, model, options.data)
    compared = score_series(found)
    ensembles = {}
    if options.members:
        ensembles = score_ensembles(name, model, options.members, options.seed, options.data)
    texts = [score_table(name, pixels, of, decision) for pixels, of in compared.items()]
    texts += [ensemble_table(name, ensembles)] if ensembles else []
    texts += [_verdict(compared, decision)]
    print("\n\n".join(texts) + "\n", flush=True)
    draw(folder, found, compared["all"], decision, ensembles)
    results = {
        "training": json.loads((folder / "training.json").read_text(encoding="utf-8")),
        "decision": dataclasses.asdict(_Decision.of(model, options.decision)),
        "scores": {pixels: of.as_json() for pixels, of in compared.items()},
        "gains": {pixels: gains(of, decision) for pixels, of in compared.items()},
        "ensembles": ensembles,
    }
    replace_results(folder, name, results, "\n\n".join(f"```\n{text}\n```" for text in texts))
    return results


def _ship(model, folder, scored, options):
    """Write a preset with what it was trained on and what it scores on the event left out."""
    training = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    command = ["python", "-m", "benchmarks", "nowcast_folds", "--events", training["left_out"]]
    for name in ("residual", "batches", "batch_size", "seed", "made_share", "decision"):
        command += [flag_of(name), str(getattr(options, name))]
    command += ["--output", options.output.name, "--preset", options.preset.name]
    provenance = {
        "run": {"command": command, "training": training, "versions": versions()},
        "data": {event: CREDITS[event] for event in training["events"]},
        "scores": {
            name: {
                "mean": of["scores"]["all"]["scores"][f"nowcaster {options.decision}"]["mean"],
                "interval": of["scores"]["all"]["scores"][f"nowcaster {options.decision}"][
                    "interval"
                ],
                "less_the_best_row": of["gains"],
            }
            for name, of in scored.items()
        },
    }
    model.save_to_preset(options.preset, provenance=provenance)
    write_manifest(options.preset.parent)
    print(f"preset: {options.preset}")


@dataclasses.dataclass(frozen=True)
class _Decision:
    name: str
    area_limit: float
    lowest_cut: float

    @classmethod
    def of(cls, model, name):
        return cls(name, model.area_limit, model.lowest_cut)


def _verdict(compared, decision):
    lines = []
    for pixels, of in compared.items():
        below = [f"{s} {gap:+.3f}" for s, gap in gains(of, decision).items() if not gap > 0]
        lines.append(f"{pixels} pixels: not above the best row in {', '.join(below) or 'nothing'}")
    ratio = compared["all"].scores[decision]["mean"]["ratio"]
    within = "within" if RATIOS[0] <= ratio <= RATIOS[1] else "OUTSIDE"
    return "\n".join([*lines, f"ratio {ratio:.2f}, {within} {RATIOS[0]}..{RATIOS[1]}"])


def _parser():
    parser = argparse.ArgumentParser(
        "python -m benchmarks nowcast_folds",
        description=sys.modules["benchmarks.nowcast_folds"].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", default=",".join(EVENTS), help="left out in turn; default: all")
    parser.add_argument(
        "--output", type=pathlib.Path, required=True, help="folder, a part for each"
    )
    parser.add_argument("--residual", default="unet", choices=RESIDUALS)
    parser.add_argument("--batches", type=int, default=900)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--made-share", type=float, default=0.1, help="of AdvectedRain; default: 0.1"
    )
    parser.add_argument("--decision", default="csi", choices=DECISIONS, help="default: csi")
    parser.add_argument("--members", type=int, default=20, help="0: no ensembles; default: 20")
    parser.add_argument("--preset", type=pathlib.Path, help="also write the model as a preset")
    parser.add_argument("--train-only", action="store_true", help="score later")
    parser.add_argument("--data", type=pathlib.Path, default=FOLDER, help="folder of the files")
    return parser
