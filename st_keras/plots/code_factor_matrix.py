"""Which latent carries which factor: a heat map of a matrix of factors and latents."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, new_figure, save_figure
from st_keras.plots.finite_array import check_finite_array, check_names
from st_keras.validation import error

CELL_INCHES = 0.55
LARGEST_WIDTH = 8.0  # inches of all cells together
SMALLEST_NUMBERED = 0.36  # inches of a cell that holds a number
LOWEST_BAR = 1.6  # inches of the colour bar
DARK = 0.55  # from this value on white numbers read better


def code_factor_matrix(
    path,
    matrix,
    factor_names,
    latent_names=None,
    permutation=None,
    label="|Spearman correlation|",
    title=None,
):
    """Write a heat map with one row per factor and one column per latent, numbers in the cells.

    With `permutation` the latents are sorted: first those assigned to a factor, in the order of
    the factors, then the others. Assigned cells are framed: a disentangled representation has
    dark cells there, on the diagonal, and light ones elsewhere.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        matrix: array (factors, latents) in [0, 1]: absolute correlations (0 for a constant latent),
            importances or the like. Of `score = mcc(codes, factors)` it is
            `abs(score.details["correlation"]).T`.
        factor_names: list of str, one per row. Of `mcc` they are `score.details["factors"]`.
        latent_names: list of str, one per column as given. Default None: z0, z1, ...
        permutation: int array (factors,), the latent of each factor, -1 for none: of `mcc` it is
            `score.details["permutation"]`. Default None: columns as given, no frames.
        label: str. What the numbers are, beside the colour bar. Default "|Spearman correlation|".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, NaN, values outside [0, 1], names or a permutation that do
            not fit. Nothing is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import code_factor_matrix
    >>> matrix = [[0.1, 0.9, 0.0], [0.8, 0.2, 0.0]]
    >>> path = tempfile.mkdtemp() + "/matrix.png"
    >>> code_factor_matrix(path, matrix, ["x", "y"], permutation=[1, 0]).name
    'matrix.png'
    """
    where = "code_factor_matrix"
    matrix = check_finite_array(where, "matrix", matrix, ("factors", "latents"))
    if matrix.min() < 0 or matrix.max() > 1:
        raise error(
            where,
            f"matrix with values from {matrix.min():.3g} to {matrix.max():.3g}",
            "values in [0, 1]",
            "Pass the absolute values of correlations: numpy.abs(matrix).",
        )
    factors, latents = matrix.shape
    factor_names = check_names(where, "factor_names", factor_names, factors, default="factor_")
    latent_names = check_names(where, "latent_names", latent_names, latents)
    assigned = _check_permutation(where, permutation, matrix.shape)
    first = [k for k in assigned if k >= 0]
    order = first + [k for k in range(latents) if k not in first]

    cell = min(CELL_INCHES, LARGEST_WIDTH / latents)
    width, height = cell * latents, cell * factors
    # The cells fill the figure; labels stand outside and the file is cropped around them.
    figure = new_figure(width, height, layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    image = axes.imshow(matrix[:, order], cmap="Blues", vmin=0, vmax=1)
    axes.set_yticks(range(factors), factor_names)
    steep = max(map(len, latent_names)) * 0.09 > cell  # a letter takes about 0.09 inch
    axes.set_xticks(range(latents), [latent_names[k] for k in order], rotation=90 if steep else 0)
    axes.tick_params(length=0, labelsize=10 if cell > 0.3 else 9)
    axes.spines[:].set_visible(False)
    # White lines between the cells.
    axes.set_xticks(np.arange(1, latents) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, factors) - 0.5, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color="white", linewidth=1.5)
    if cell >= SMALLEST_NUMBERED:
        for (row, column), value in np.ndenumerate(matrix[:, order]):
            colour = "white" if value >= DARK else "0.15"
            axes.text(column, row, f"{value:.2f}", color=colour, ha="center", va="center", size=9)
    _frame(axes, [(order.index(k), row) for row, k in enumerate(assigned) if k >= 0])
    # As high as the matrix, unless it has so few rows that the label needs more.
    tall = max(1.0, LOWEST_BAR / height)
    beside = figure.add_axes((1 + 0.15 / width, (1 - tall) / 2, 0.12 / width, tall))
    figure.colorbar(image, cax=beside, label=label).outline.set_visible(False)
    if title:
        axes.set_title(title, fontsize=12)
    return save_figure(where, path, figure, crop="tight")


def _frame(axes, cells):
    from matplotlib.patches import Rectangle

    for column, row in cells:
        corner = (column - 0.47, row - 0.47)
        axes.add_patch(Rectangle(corner, 0.94, 0.94, fill=False, edgecolor=COLOURS[1], linewidth=2))


def _check_permutation(where, permutation, shape):
    """Return the latent of each factor as a list, [] for None, or raise `ValueError`."""
    if permutation is None:
        return []
    factors, latents = shape
    given = np.asarray(permutation)
    whole = given.shape == (factors,) and given.dtype.kind in "iu"
    taken = given[given >= 0] if whole else given
    if not whole or given.min() < -1 or given.max() >= latents or len(set(taken)) < len(taken):
        raise error(
            where,
            f"permutation={permutation!r:.80} for {factors} factors and {latents} latents",
            f"{factors} different integers, 0 to {latents - 1}, or -1 for a factor without latent",
            "Pass details['permutation'] of the mcc score.",
        )
    return given.tolist()
