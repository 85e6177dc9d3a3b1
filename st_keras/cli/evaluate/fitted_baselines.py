"""Baselines that learn from data, fitted before a folder is made: what they refuse leaves none."""


def fit_baselines(baselines, source):
    """Fit those that need it on frames that are not tested.

    Args:
        baselines: dict, name -> baseline.
        source: source of data, with `frames_before_test()`.

    Raises:
        ValueError: where there are no such frames.
    """
    for baseline in baselines.values():
        if baseline.needs_fit:
            baseline.fit(source.frames_before_test())
