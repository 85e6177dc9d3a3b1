"""The scores that `st-keras evaluate` wrote of one run, in one form for all kinds of models."""

import dataclasses
import math

from st_keras.choices import FRAME_PROTOCOLS
from st_keras.files.json_file import read_json
from st_keras.metrics.radar.protocols import PROTOCOLS
from st_keras.metrics.radar.rain_tables import shown_scores_of
from st_keras.metrics.shown_scores import mean_score, shown_scores
from st_keras.validation import error

FILE, PROBABILITIES = "scores.json", "probabilities.json"


@dataclasses.dataclass(frozen=True)
class RunScores:
    """Scores of one model, and of the baselines beside it.

    Attributes:
        means: dict, score -> float, over lead times; of codes the score. NaN where there is none.
        leads: dict, score -> list of floats by lead time; empty of codes.
        shown: list of the scores that tables show.
        baselines: dict, baseline -> `RunScores`.
    """

    means: dict
    leads: dict
    shown: list
    baselines: dict = dataclasses.field(default_factory=dict)


def read_scores(folder):
    """Read what `evaluate` wrote into a folder.

    Args:
        folder: pathlib.Path.

    Returns:
        `RunScores`.

    Raises:
        ValueError: if the file is missing, damaged, or none of `evaluate`.
    """
    path, required = folder / FILE, "the scores that st-keras evaluate wrote"
    content = read_json("st-keras benchmark", path, required)
    try:
        if "factor_names" in content:
            return _of_codes(content)
        if "best_baseline" in content:
            return _of_comparison(content, folder)
        return _of_forecasts(content)
    except (AttributeError, KeyError, TypeError, ValueError) as reason:
        raise error(
            "st-keras benchmark",
            f"{str(path)!r}, which holds no scores ({type(reason).__name__}: {reason})",
            required,
            f"Delete {folder.parent} to run it anew.",
        ) from reason


def _of_forecasts(content):
    """Scores by lead time; the first method is the model, the others are baselines."""
    leads = {
        method: {name: _numbers(values) for name, values in scores.items()}
        for method, scores in content["scores"].items()
    }
    if not leads:
        raise ValueError("no method")
    shown = list(next(iter(shown_scores(leads).values())))
    methods = {
        method: RunScores({name: mean_score(name, of[name]) for name in of}, of, shown)
        for method, of in leads.items()
    }
    model = methods.pop(next(iter(leads)))
    return dataclasses.replace(model, baselines=methods)


def _of_comparison(content, folder):
    """Scores under a protocol, whose means are there; a Nowcaster's CRPS lies beside them."""
    methods = {}
    if content["protocol"] in FRAME_PROTOCOLS:
        names = list(content["scores_are"])  # the rows of `frame_table`
    else:
        # A Nowcaster may be verified under no protocol: by the scores of this one, as trained.
        protocol = PROTOCOLS.get(content["protocol"], PROTOCOLS["radar-60min-v1"])
        names = shown_scores_of(protocol)
    for method, scores in content["scores"].items():
        means = {name: _number(value) for name, value in scores["mean"].items()}
        leads = {name: _numbers(values) for name, values in scores["leads"].items()}
        shown = [name for name in names if name in means]
        methods[method] = RunScores(means, leads, shown)
    (own,) = (name for name in methods if name not in content["baselines"])
    model = methods.pop(own)
    if (folder / PROBABILITIES).is_file():
        told = read_json("st-keras benchmark", folder / PROBABILITIES, "probabilities")
        crps = _numbers(told["crps"])
        model = RunScores(
            {**model.means, "crps": mean_score("crps", crps)},
            {**model.leads, "crps": crps},
            [*model.shown, "crps"],
        )
    return dataclasses.replace(model, baselines=methods)


def _of_codes(content):
    means = {name: _number(score["value"]) for name, score in content["scores"].items()}
    return RunScores(means, {}, list(means))


def _numbers(values):
    return [_number(value) for value in values]


def _number(value):
    """JSON has null for what is not finite."""
    return math.nan if value is None else float(value)
