"""The curve of a sampling schedule: probability against training step."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure
from st_keras.validation import error


def sampling_curve(path, steps, curves, title=None):
    """Draw how probable it is, at each training step, that the network is fed an observed frame.

    Args:
        path: str or Path, ending in .png, .pdf or .svg, or None to write no file.
        steps: array (N,). Training steps (`optimizer.iterations`).
        curves: dict, name -> array (N,) of probabilities in [0, 1], such as {"context": ...,
            "horizon": ...}.
        title: str or None. Default None.

    Returns:
        `matplotlib.figure.Figure`, not known to pyplot: nothing to close, shown by a notebook.

    Raises:
        ValueError: if there is no curve, one is not as long as `steps` or leaves [0, 1].

    Example:
    >>> from st_keras.plots import sampling_curve
    >>> figure = sampling_curve(None, [0, 100, 200], {"horizon": [1.0, 0.5, 0.0]})
    >>> figure.axes[0].get_xlabel()
    'training step'
    """
    where = "sampling_curve"
    steps = np.asarray(steps, float)
    if steps.ndim != 1 or not len(steps) or not curves:
        raise error(
            where,
            f"steps of shape {steps.shape} and {len(curves)} curves",
            "steps (N,) and at least one curve",
            "Pass steps=np.arange(0, 80000, 100) and {'horizon': probabilities}.",
        )
    figure = new_figure(6.5, 3.6)
    axes = figure.add_subplot()
    quiet_axes(axes)
    for i, (name, values) in enumerate(curves.items()):
        values = np.asarray(values, float)
        if values.shape != steps.shape or not ((values >= 0) & (values <= 1)).all():
            raise error(
                where,
                f"curves[{name!r}] of shape {values.shape} for {len(steps)} steps",
                "one probability in [0, 1] per step",
                "Evaluate the schedule at each of the steps.",
            )
        style = ("-", "--", ":", "-.")[i % 4]  # equal curves stay visible
        axes.plot(steps, values, style, color=COLOURS[i % len(COLOURS)], linewidth=2, label=name)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("training step")
    axes.set_ylabel("P(observed frame is fed)")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.legend(frameon=False)
    if title:
        axes.set_title(title)
    if path is not None:
        save_figure(where, path, figure)
    return figure
