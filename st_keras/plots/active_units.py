"""Which latents a model uses: their KL divergence from the prior as sorted bars."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array, check_names
from st_keras.validation import check_number

ACTIVE, INACTIVE = COLOURS[0], "0.7"
MOST_LABELLED = 20
BAR_INCHES = 0.5


def active_units(path, kl_per_latent, threshold=0.01, names=None, title=None):
    """Write a bar chart of the mean KL divergence per latent, largest first.

    Latents above the threshold are active and coloured, the others grey; the title counts them.
    Numbers stand above the bars of up to 20 latents.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        kl_per_latent: array (latents,). KL(q(z_i | x) || prior) in nats, mean over images.
        threshold: float >= 0, in nats. A latent at the threshold is not active. Default 0.01, as in
            `st_keras.metrics.disentanglement.udr`.
        names: list of str, one per latent. Default None: z0, z1, ...
        title: str or None. Stands before the count. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, NaN, or names that do not fit. Nothing is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import active_units
    >>> active_units(tempfile.mkdtemp() + "/kl.png", [0.001, 2.3, 1.1]).name
    'kl.png'
    """
    where = "active_units"
    kl = check_finite_array(where, "kl_per_latent", kl_per_latent, ("latents",))
    names = check_names(where, "names", names, len(kl))
    threshold = check_number(where, "threshold", threshold, 0)
    order = np.argsort(-kl, kind="stable")
    kl, names = kl[order], [names[k] for k in order]
    active = kl > threshold
    figure = new_figure(min(max(BAR_INCHES * len(kl) + 1.2, 5.0), 9.0), 3.4)
    axes = figure.add_subplot()
    quiet_axes(axes)
    axes.grid(False, axis="x")
    places = np.arange(len(kl))
    axes.bar(places, kl, width=0.75, color=np.where(active, ACTIVE, INACTIVE))
    axes.set_xlim(-0.7, len(kl) - 0.3)
    # The threshold within sight where no latent is active.
    axes.set_ylim(1.12 * min(0.0, kl[-1]), 1.12 * max(kl[0], threshold, 1e-6))
    if len(kl) <= MOST_LABELLED:
        steep = max(map(len, names)) * len(kl) > 80  # letters that fit side by side
        slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if steep else {}
        axes.set_xticks(places, names, **slant)
        for place, value in zip(places, kl, strict=True):
            axes.annotate(
                f"{value:.2f}" if value >= 0.1 else f"{value:.3f}",
                (place, max(value, 0)),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=9 if len(kl) <= 16 else 8,
            )
    else:
        axes.set_xlabel("rank of the latent")
        every = 10 * -(-len(kl) // 100)
        axes.set_xticks(places[every - 1 :: every], places[every - 1 :: every] + 1)
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("mean KL divergence (nats)")
    count = f"{active.sum()} of {len(kl)} latents active (above {threshold:g} nats)"
    axes.set_title(f"{title}: {count}" if title else count, fontsize=11)
    return save_figure(where, path, figure)
