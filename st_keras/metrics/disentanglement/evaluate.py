"""All scores of one model on one data set, in one call."""

import dataclasses

import numpy as np

from st_keras.metrics.disentanglement.beta_vae_score import beta_vae_score
from st_keras.metrics.disentanglement.dci import dci
from st_keras.metrics.disentanglement.encoded_rows import encoded_rows
from st_keras.metrics.disentanglement.evaluation import Evaluation
from st_keras.metrics.disentanglement.explicitness import explicitness
from st_keras.metrics.disentanglement.factor_vae_score import factor_vae_score
from st_keras.metrics.disentanglement.mcc import mcc
from st_keras.metrics.disentanglement.mig import mig
from st_keras.metrics.disentanglement.modularity import modularity
from st_keras.metrics.disentanglement.progress_lines import ProgressLines
from st_keras.metrics.disentanglement.protocols import PROTOCOLS
from st_keras.metrics.disentanglement.samples import MIN_ROWS, check_seed, parse_samples
from st_keras.metrics.disentanglement.sap import sap
from st_keras.validation import InputError, check_int, check_one_of, error

_WHERE = "evaluate"
_SCORES = {
    function.__name__: function
    for function in (
        beta_vae_score,
        factor_vae_score,
        mig,
        dci,
        modularity,
        explicitness,
        sap,
        mcc,
    )
}
# The only score that the reference computes for continuous factors.
_CONTINUOUS = ("mcc",)
_WITH_TEST_ROWS = ("dci", "explicitness", "sap")


def evaluate(
    model,
    dataset,
    *,
    protocol="quick",
    num_samples=None,
    scores=None,
    seed=0,
    progress=True,
    batch_size=256,
):
    """Draw images with known factors, encode them, and score the codes.

    Args:
        model: has `encode(images)`, or is a function itself: float32 images (n, H, W, C) in [0, 1]
            to posterior means (n, latents).
        dataset: has `draw_images(count, numpy_generator)`, which returns uint8 images (count, H, W,
            C) and factors (count, factors), and `factor_names`. Where present, `scored_factors`
            names the columns to score (default: all) and `factor_sizes` says how many values each
            column takes: None, or None for a scored column, means continuous. Without it integer
            factors are discrete and floats continuous.
        protocol: str. "quick" (default) or "reference"; see `protocols`.
        num_samples: int >= 10 or None. Images to draw, instead of the protocol's number; each score
            takes them or the protocol's number of rows, whichever is less. Default None.
        scores: sequence of names, or dict of names -> options that replace the protocol's, such as
            `{"mig": {"factor_bins": 20}, "mcc": {}}`. Default None: all eight for discrete factors,
            "mcc" for continuous ones.
        seed: int >= 0. Of the images drawn and of each score. Default 0.
        progress: bool. Progress and one line per score on standard error. Default True.
        batch_size: int >= 1. Images drawn and encoded at once. The images drawn may depend on it.
            Default 256.

    Returns:
        `Evaluation`. A default score that the data do not allow (such as one with a single factor
        that varies) is skipped with the reason; a score asked for by name raises instead.

    Raises:
        ValueError: for a wrong model or data set, unknown names or options, codes that are NaN or
            inf, or factors that are all constant.

    Differs from the reference [1]: one set of images serves all scores; there each draws its own,
    with a seed that depends on the order of files.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import evaluate
    >>> class TwoPixels:
    ...     factor_names = ("left", "right")
    ...     def draw_images(self, count, generator):
    ...         factors = generator.integers(0, 4, (count, 2))
    ...         return (60 * factors[:, None, :, None]).astype("uint8"), factors
    >>> def encode(images):
    ...     return images[:, 0, :, 0]
    >>> result = evaluate(
    ...     encode, TwoPixels(), num_samples=600, scores=["mcc", "modularity"], progress=False)
    >>> print(result.table())
    score        value
    mcc         1.0000
    modularity  1.0000

    References:
        [1] https://github.com/bethgelab/slow_disentanglement
    """
    check_one_of(_WHERE, "protocol", protocol, PROTOCOLS)
    check_int(_WHERE, "batch_size", batch_size, 1)
    check_seed(_WHERE, seed)
    plan = PROTOCOLS[protocol]
    num_test = plan["num_test"]
    if num_samples is None:
        num_samples = plan["num_samples"]
    else:
        check_int(_WHERE, "num_samples", num_samples, MIN_ROWS)
        num_test = min(num_test, max(MIN_ROWS, num_samples // 2))
    options = _check_scores(scores)
    columns, names = _scored_columns(dataset)
    lines = ProgressLines(progress)

    lines.start("encoding")
    codes, factors = encoded_rows(
        model,
        dataset,
        num_samples + num_test,
        np.random.default_rng(seed),
        batch_size,
        lines.advance,
    )
    lines.finish(f"{len(codes)} images")
    if factors.shape[1] != len(dataset.factor_names):
        raise error(
            _WHERE,
            f"{factors.shape[1]} columns of factors with {len(dataset.factor_names)} factor_names",
            "one name per column",
            "Name each column of the factors that draw_images returns.",
        )
    factors, continuous = _typed(dataset, factors[:, columns], columns)
    samples = parse_samples(_WHERE, codes, factors, names, classes=False)
    result = Evaluation(
        scores={},
        skipped={},
        seconds={},
        codes=samples.codes,
        factors=factors,
        factor_names=names,
        parameters={
            "protocol": protocol,
            "num_samples": num_samples,
            "num_test": num_test,
            "seed": seed,
            "batch_size": batch_size,
        },
    )
    defined = _CONTINUOUS if continuous else _SCORES
    chosen = {name: {} for name in defined} if options is None else options
    for name, own in chosen.items():
        lines.start(name)
        rows = min(plan["scores"][name][0], num_samples)
        settings = {**plan["scores"][name][1], **own}
        if name in _WITH_TEST_ROWS and num_test:
            settings["test_codes"] = codes[num_samples:]
            settings["test_factors"] = factors[num_samples:]
        if name == "dci":
            settings["on_progress"] = lines.advance
        settings = {"seed": seed, "factor_names": names, **settings}
        try:
            score = _SCORES[name](codes[:rows], factors[:rows], **settings)
        except InputError as problem:
            if options is not None:
                raise
            result.skipped[name] = str(problem)
            lines.finish("skipped")
            continue
        published = not own and num_samples == plan["num_samples"]
        stated = {"protocol": protocol if published else f"{protocol}, changed"}
        score = dataclasses.replace(score, parameters={**score.parameters, **stated})
        result.scores[score.name] = score
        result.seconds[score.name] = lines.finish(f"{float(score):.4f}")
    return result


def _check_scores(scores):
    """Return dict, name -> options, or None for the default scores."""
    if scores is None:
        return None
    if isinstance(scores, str):
        scores = [scores]
    options = dict(scores) if isinstance(scores, dict) else {name: {} for name in scores}
    for name, own in options.items():
        check_one_of(_WHERE, "scores", name, _SCORES)
        allowed = set(_SCORES[name].__kwdefaults__) - {"test_codes", "test_factors", "on_progress"}
        if not isinstance(own, dict) or not set(own) <= allowed:
            raise error(
                _WHERE,
                f"options {own!r} for {name!r}",
                f"a dict with keys among {', '.join(sorted(allowed))}",
                "Pass {} for the options of the protocol.",
            )
    if not options:
        raise error(
            _WHERE,
            "no scores",
            f"names among {', '.join(_SCORES)}",
            "Leave scores out for the default ones.",
        )
    return options


def _scored_columns(dataset):
    """Return the indices and the names of the columns to score."""
    missing = [n for n in ("draw_images", "factor_names") if not hasattr(dataset, n)]
    if missing:
        raise error(
            _WHERE,
            f"dataset of type {type(dataset).__name__} without {' and '.join(missing)}",
            "an object with draw_images(count, generator) and factor_names",
            "Pass a data set of st_keras.datasets, or write these two.",
        )
    every = tuple(dataset.factor_names)
    scored = getattr(dataset, "scored_factors", None)
    names = every if scored is None else tuple(scored)
    if not names or not set(names) <= set(every):
        raise error(
            _WHERE,
            f"scored_factors={names!r}",
            f"one or more of the factors {', '.join(map(repr, every))}",
            "Correct scored_factors of the data set.",
        )
    return [every.index(name) for name in names], names


def _typed(dataset, factors, columns):
    """Return the factors as integers or floats, and whether they are continuous."""
    if not hasattr(dataset, "factor_sizes"):
        return factors, factors.dtype.kind == "f"
    sizes = dataset.factor_sizes
    if sizes is not None and len(sizes) != len(dataset.factor_names):
        raise error(
            _WHERE,
            f"{len(sizes)} factor_sizes for {len(dataset.factor_names)} factor_names",
            "one size (None: continuous) per name, or None",
            "Correct factor_sizes of the data set.",
        )
    if sizes is None or any(sizes[k] is None for k in columns):
        return factors.astype("float64"), True
    if not (factors == np.floor(factors)).all():
        raise error(
            _WHERE,
            "factors that are not whole numbers, of a data set with factor_sizes",
            "class indices",
            "Set factor_sizes=None in the data set for continuous factors.",
        )
    return factors.astype("int64"), False
