import matplotlib.colors
import numpy as np
import pytest
from PIL import Image

from st_keras.plots import active_units

KL = [0.002, 2.5, 0.0, 0.6]
BLUE, GREY = (0x00, 0x72, 0xB2), (179, 179, 179)


def pixels_of(path, colour):
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    return np.argwhere((np.abs(picture - colour) < 3).all(axis=-1))


def test_bars_are_sorted_and_coloured(drawn):
    axes = drawn(active_units, KL).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [2.5, 0.6, 0.002, 0.0]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["z1", "z3", "z0", "z2"]
    colours = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert colours == ["#0072b2"] * 2 + ["#b2b2b2"] * 2
    assert [t.get_text() for t in axes.texts] == ["2.50", "0.60", "0.002", "0.000"]
    assert axes.get_title() == "2 of 4 latents active (above 0.01 nats)"
    assert "nats" in axes.get_ylabel()


def test_threshold_names_and_title(drawn):
    axes = drawn(active_units, KL, 0.6, list("abcd"), "SlowVAE").axes[0]
    assert axes.get_title() == "SlowVAE: 1 of 4 latents active (above 0.6 nats)"
    assert [t.get_text() for t in axes.get_xticklabels()] == ["b", "d", "a", "c"]


def test_a_larger_divergence_is_a_taller_bar(tmp_path):
    path = active_units(tmp_path / "new" / "a.png", [1.0, 2.0, 0.5], threshold=0.7)
    blue, grey = pixels_of(path, BLUE), pixels_of(path, GREY)
    middle = (blue[:, 1].min() + blue[:, 1].max()) / 2  # between the two bars
    left, right = blue[blue[:, 1] < middle], blue[blue[:, 1] > middle]
    # All bars are equally wide, so their areas tell their heights.
    assert len(left) == pytest.approx(2 * len(right), rel=0.05)
    assert len(right) == pytest.approx(2 * len(grey), rel=0.05)
    assert np.median(grey[:, 1]) > right[:, 1].max(), "the inactive latent stands last"


def test_collapsed_posterior(drawn):
    axes = drawn(active_units, np.zeros(3)).axes[0]
    assert axes.get_title().startswith("0 of 3 latents active")
    assert axes.get_ylim() == (0, pytest.approx(0.0112)), "the threshold is within sight"
    assert drawn(active_units, [0.0], 0).axes[0].get_ylim()[1] > 0


def test_estimates_below_zero_stay_in_the_picture(drawn):
    assert drawn(active_units, [1.0, -0.2]).axes[0].get_ylim()[0] < -0.2


@pytest.mark.parametrize(
    "count, name",
    [(1, None), (2, "latent number"), (10, None), (16, None), (16, "latent number")]
    + [(20, None), (21, None), (128, None)],
)
def test_texts_do_not_overlap(drawn, overlapping, count, name):
    kl = np.random.default_rng(0).gamma(0.5, 1.0, count) ** 3
    names = None if name is None else [f"{name} {k}" for k in range(count)]
    figure = drawn(active_units, kl, names=names, title="SlowVAE")
    assert overlapping(figure) == []
    assert len(figure.axes[0].patches) == count
    assert bool(figure.axes[0].texts) == (count <= 20)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([KL],), r"active_units: received kl_per_latent of shape \(1, 4\), rank 2"),
        (([],), r"kl_per_latent of shape \(0,\), empty"),
        (([1.0, np.nan],), r"kl_per_latent with 1 of 2 values NaN"),
        ((KL, -0.1), r"threshold=-0.1"),
        ((KL, 0.01, ["a"]), r"1 names for 4 entries"),
    ],
)
def test_errors(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        active_units(tmp_path / "a.png", *arguments)
    assert not list(tmp_path.iterdir())
