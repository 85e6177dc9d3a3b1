"""What every picture promises: a file that is there whole, and no file where it is refused."""

import inspect

import numpy as np
import pytest

from st_keras import plots
from tests.plots.frames import sequence

FRAMES, RNG = sequence(3), np.random.default_rng(0)
TRAVERSAL = sequence(6).reshape(2, 3, *FRAMES.shape[1:])
SEEDS = {"a": {"x": [0.2, 0.3]}, "b": {"x": [0.4, 0.5]}}
PLOTS = {
    "active_units": ([0.002, 2.5, 0.0, 0.6],),
    "archive_picture": (FRAMES[0], FRAMES[0] >= 0, FRAMES.ravel(), FRAMES.max(axis=(1, 2))),
    "code_factor_matrix": (np.array([[0.1, 0.2, 0.9], [0.8, 0.0, 0.3]]), ["position_x", "scale"]),
    "forecast_gif": (FRAMES, FRAMES, {"a": FRAMES}),
    "forecast_strip": (FRAMES, FRAMES, {"a": FRAMES}),
    "latent_traversal": (TRAVERSAL,),
    "latent_traversal_gif": (TRAVERSAL,),
    "lead_time_curves": ({"a": {"mse": [3.0, 2.0], "ssim": [0.8, 0.7]}},),
    "learning_curves": ([100, 200], {"a": [[3, 2], [5, 4]]}),
    "memory_decoupling": ([[0.3, 0.2], [0.2, 0.1]], np.eye(4)[:, :2], [False, True] * 2),
    "mode_embedding": (RNG.normal(size=(60, 2)), np.array([0, 1, 2] * 20)),
    "mode_gaps": (SEEDS,),
    "rank_histograms": ({"a": [30, 12, 9, 14, 28]},),
    "reliability_diagram": ({"a": {k: [0.2, 0.6] for k in ("probability", "frequency", "cases")}},),
    "sampling_curve": ([0, 1], {"a": [0.0, 1.0]}),
    "score_intervals": (SEEDS,),
    "slot_maps": (RNG.random((6, 8, 8)), RNG.random((6, 3, 4, 4)), RNG.random((6, 3))),
    "threshold_map": ({"a": [[0.7, 0.3], [0.5, np.nan]]}, [1, 2]),
    "training_curve": ({"loss": [5.0, 3.0, 1.0]},),
    "transition_histogram": (RNG.laplace(size=(100, 1)),),
    "tuning_history": ([0.5, None, 0.3],),
}
every_plot = pytest.mark.parametrize("name", PLOTS)


def suffix_of(name):
    return ".gif" if name.endswith("_gif") else ".png"


def test_all_are_there():
    functions = {name for name in plots.__all__ if inspect.isfunction(getattr(plots, name))}
    assert functions - {"traversal_codes"} == set(PLOTS)


@every_plot
def test_same_bytes_twice_in_a_new_folder(name, tmp_path):
    plot, folder = getattr(plots, name), tmp_path / "new"
    paths = [folder / f"{k}{suffix_of(name)}" for k in range(2)]
    for path in paths:
        plot(path, *PLOTS[name])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert sorted(folder.iterdir()) == paths  # and nothing of the writing is left


@every_plot
def test_another_ending_is_refused(name, tmp_path):
    suffix = suffix_of(name)
    other = tmp_path / ("a.png" if suffix == ".gif" else "a.gif")
    with pytest.raises(ValueError, match=rf"{name}: received path=.*ending in {suffix}"):
        getattr(plots, name)(other, *PLOTS[name])
    assert not list(tmp_path.iterdir())


@every_plot
def test_what_cannot_be_drawn_leaves_the_old_file(name, tmp_path):
    old = tmp_path / f"a{suffix_of(name)}"
    old.write_text("old")
    first, *others = PLOTS[name]
    nothing = {} if isinstance(first, dict) else None
    with pytest.raises((ValueError, TypeError)):
        getattr(plots, name)(old, nothing, *others)
    assert old.read_text() == "old" and list(tmp_path.iterdir()) == [old]
    if "confidence" in inspect.signature(getattr(plots, name)).parameters:
        with pytest.raises(ValueError, match=f"{name}: received confidence=95"):
            getattr(plots, name)(old, *PLOTS[name], confidence=95)
