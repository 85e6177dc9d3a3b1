"""Looking at figures before they become files."""

import itertools
import sys

import pytest


@pytest.fixture
def drawn(monkeypatch):
    """`drawn(plot, *arguments)`: the figure that `plot` would save. Nothing is written."""

    def draw(plot, *arguments, **options):
        figures = []
        monkeypatch.setattr(
            sys.modules[plot.__module__],
            "save_figure",
            lambda where, path, figure, **_: figures.append(figure),
        )
        plot("figure.png", *arguments, **options)
        figures[0].canvas.draw()
        return figures[0]

    return draw


@pytest.fixture
def overlapping():
    """`overlapping(figure)`: pairs of upright texts of a drawn figure whose boxes overlap."""

    def pairs(figure):
        texts = [text for axes in figure.axes if axes.get_visible() for text in texts_of(axes)]
        texts += [text for legend in figure.legends for text in legend.get_texts()]
        texts += [legend.get_title() for legend in figure.legends]
        texts += [figure._suptitle] * (figure.get_suptitle() != "")
        boxes = [
            (text.get_text(), text.get_window_extent())
            for text in texts
            if text.get_text() and text.get_rotation() in (0, 90)
        ]
        # Half a pixel of the margin around letters may be shared.
        return [
            (a, b)
            for (a, one), (b, two) in itertools.combinations(boxes, 2)
            if one.padded(-0.5).overlaps(two.padded(-0.5))
        ]

    return pairs


def texts_of(axes):
    """All texts of these axes that are drawn: not those of ticks beyond the limits."""
    texts = [*axes.texts, *(axes.get_legend().get_texts() if axes.get_legend() else ())]
    if axes.axison:
        texts += [axes.title, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            texts += [tick.label1 for tick in ticks if tick.label1.get_visible()]
            texts += [tick.label2 for tick in ticks if tick.label2.get_visible()]
    for inset in axes.child_axes:
        texts += texts_of(inset)
    return texts
