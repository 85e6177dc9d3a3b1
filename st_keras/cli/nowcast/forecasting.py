"""`st-keras forecast` of a `Nowcaster`: one field, and what is asked for beside it."""


def nowcast(model, contexts, settings, verbose):
    """Forecast fields, members and probabilities.

    Args:
        model: `Nowcaster`.
        contexts: float32 (N, T, H, W, 1), mm/h; NaN is missing.
        settings: what `forecast` was told.
        verbose: 1 shows progress bars.

    Returns:
        `(frames, beside)`: float32 (N, horizon, H, W, 1); dict of "members" and "exceedance", as
        `write_forecast` takes them, of those that were asked for.
    """
    asked, horizon = settings.ensemble, settings.horizon or model.horizon
    told = {"batch_size": settings.batch_size, "verbose": verbose}
    distribution = model.forecast_distribution(contexts, horizon, **told)
    frames = model.field_of(contexts, distribution, asked.optimise_for)
    beside = {}
    if asked.members is not None:
        drawn = {"members": asked.members, "seed": asked.seed or 0}
        beside["members"] = model.forecast(contexts, horizon, **drawn, **told)
    if asked.probability is not None:
        beside["exceedance"] = {
            rate: distribution.exceedance(rate) for rate in sorted(set(asked.probability))
        }
    return frames, beside


def describe(what):
    """Say what stands beside the field, for a line of output.

    Example:

    >>> import numpy as np
    >>> describe(np.zeros((1, 20, 12, 8, 8, 1))), describe({0.5: None, 1.0: None})
    ('20 of each forecast', 'of 0.5, 1 mm/h')
    """
    if isinstance(what, dict):
        return f"of {', '.join(f'{rate:g}' for rate in what)} mm/h"
    return f"{what.shape[1]} of each forecast"
