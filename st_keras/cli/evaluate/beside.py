"""Further trained models beside the one that is evaluated: rows in the same table."""

import functools

from st_keras.cli.model_file import check_frames_fit, load_trained, run_record
from st_keras.models import Nowcaster
from st_keras.training import Forecaster
from st_keras.validation import error


def load_beside(paths, model, source, spec):
    """Load models that can forecast what another one forecasts.

    Args:
        paths: paths of `.keras` files or presets.
        model: `Forecaster` or `Nowcaster`, the one they are put beside.
        source: source of the data that they are scored on.
        spec: str, the value of `--data` of these; None: the default.

    Returns:
        dict, name of its row -> model; the first is `model` itself. Of models with one name, those
        after the first have their folder's behind it, and a number where that is taken too.

    Raises:
        ValueError: for a file that holds no such model, or one that reads another number of
            frames, or other targets, or was trained on frames that are scored.
    """
    found = {row_name(model): model}
    for path in paths:
        other = load_trained(path, (Forecaster, Nowcaster))
        if other.context_length != model.context_length:
            raise error(
                "--beside",
                f"{str(path)!r}, which reads {other.context_length} frames",
                f"a model that reads {model.context_length}, as the one that is evaluated",
                f"Train one with --context-length {model.context_length}.",
            )
        targets = [getattr(each, "targets", None) for each in (model, other)]
        if targets[0] != targets[1]:
            raise error(
                "--beside",
                f"{str(path)!r}, whose targets are {targets[1] or 'all channels'}",
                f"the targets of the model that is evaluated: {targets[0] or 'all channels'}",
                "Train it with the same --targets.",
            )
        if isinstance(other, Forecaster):
            check_frames_fit(other, source.image_shape)
        _check_unseen(path, source, spec)
        name, number = row_name(other), 2
        if name in found:
            name = folders_too = f"{name} {path.parent.name or path.stem}"
        while name in found:
            name, number = f"{folders_too} {number}", number + 1
        found[name] = other
    return found


def _check_unseen(path, source, spec):
    """Refuse a model that has seen what it is to be scored on; say where nobody can tell."""
    seen = source.seen_frames(run_record(path) or {}, spec)
    if seen is None:
        print(f"{path}: no run.json beside it: whether it was trained on these frames is unknown.")
    elif seen:
        raise error(
            "--beside",
            f"{str(path)!r}, which was trained on {seen} of the frames that are scored",
            "models that have seen none of them",
            "Name as MODEL, which decides what is scored, the one of them that held out fewer "
            "frames; or score other --data.",
        )


def row_name(model):
    """Return how a model is called in tables: its network, or its decision."""
    if isinstance(model, Nowcaster):
        return f"Nowcaster ({model.decision})"
    return type(model.network).__name__


def forecasts_of_models(models, sequences, horizon, batch_size, verbose=0):
    """Forecast sequences with each of several models.

    Args:
        models: dict, name -> `Forecaster` or `Nowcaster`.
        sequences: array (B, T, H, W, C).
        horizon, batch_size: ints.
        verbose: 1 shows progress bars.

    Returns:
        `(context, truth, forecasts)` of the targets; forecasts is a dict, name -> array.
    """
    parts, forecasts = None, {}
    for name, model in models.items():
        if isinstance(model, Nowcaster):
            context, truth = (sequences[:, part] for part in _halves(model.context_length))
            told = model.forecast_distribution(context, horizon, batch_size=batch_size)
            forecasts[name] = model.field_of(context, told)
        else:
            context, truth, known = model.forecast_parts(sequences)
            forecasts[name] = model.forecast(context, horizon, batch_size, verbose, known=known)
            context = model.targets_of(context)
        parts = parts or (context, truth)
    return (*parts, forecasts)


def with_models(forecasts_of, models, horizon, batch_size):
    """Return `forecasts_of`, a function of sequences, with the forecasts of further models too."""
    if not models:
        return forecasts_of
    others = functools.partial(forecasts_of_models, models)

    def of_all(sequences):
        context, truth, forecasts = forecasts_of(sequences)
        return context, truth, forecasts | others(sequences, horizon, batch_size)[2]

    return of_all


def _halves(length):
    return slice(None, length), slice(length, None)
