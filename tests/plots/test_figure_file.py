import ast
import pathlib

import matplotlib
import pytest
from matplotlib import pyplot
from PIL import Image

from st_keras import plots
from st_keras.plots import sampling_curve
from st_keras.plots.figure_file import new_figure, plain_log_axis, save_figure, whole_number_axis


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_saves_in_each_format(tmp_path, suffix):
    figure = new_figure(2.0, 1.0)
    figure.add_subplot().plot([1, 2], [3, 4])
    path = save_figure("plot", tmp_path / f"figure{suffix}", figure)
    assert path.stat().st_size > 500


def test_size_in_pixels(tmp_path):
    path = save_figure("plot", tmp_path / "figure.png", new_figure(2.0, 1.0), dpi=100)
    with Image.open(path) as image:
        assert image.size == (200, 100)


def test_axis_labels():
    figure = new_figure(4.0, 3.0)
    axes = figure.add_subplot()
    axes.plot([1, 2, 3], [0.03, 1, 2])
    axes.set_yscale("log")
    plain_log_axis(axes.yaxis, 0.03, 2)
    whole_number_axis(axes.xaxis, 1, 3)
    figure.canvas.draw()
    labels = [t.get_text() for t in axes.get_yticklabels(which="both")]
    assert {"0.1", "0.5", "1"} <= set(labels)
    assert all(float(tick) == int(tick) for tick in axes.get_xticks())


def test_plots_leave_pyplot_and_the_backend_alone(tmp_path):
    before = matplotlib.rcParams._get_backend_or_none()
    sampling_curve(tmp_path / "curve.png", [0, 1], {"a": [0.0, 1.0]})
    assert matplotlib.rcParams._get_backend_or_none() == before
    assert not pyplot.get_fignums()


def test_importing_the_plots_imports_no_drawing_library():
    # By the source, since Keras imports pyplot itself where it is installed.
    for file in pathlib.Path(plots.__file__).parent.glob("*.py"):
        source = file.read_text()
        assert "pyplot as" not in source and "import pyplot" not in source
        for node in ast.parse(source).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(a.name for a in node.names)]
                assert not any(name.startswith(("matplotlib", "PIL")) for name in names), file
