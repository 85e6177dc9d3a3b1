"""Modules of pysteps, imported when a baseline asks for one."""

import contextlib
import io
import warnings

import numpy as np

from st_keras.validation import require


def pysteps_module(where, name):
    """Import a module of pysteps, which prints nothing on the way.

    OpenCV, by which pysteps tracks motion, is asked for too: pysteps installs without it.

    Args:
        where: str. Who asks; the errors begin with it.
        name: str, such as "pysteps.nowcasts.sprog".

    Raises:
        ValueError: without pysteps or OpenCV.
    """
    require(where, "cv2", "OpenCV", "radar")
    with quiet():  # it prints where its settings are
        return require(where, name, "pysteps", "radar")


@contextlib.contextmanager
def quiet():
    """Be a context in which pysteps prints nothing, and NumPy does not warn of what it divides.

    Few vectors have no variance, dry fields none either: what comes of it is looked at afterwards.
    """
    few = "Degrees of freedom <= 0 for slice"
    with (
        contextlib.redirect_stdout(io.StringIO()),
        np.errstate(divide="ignore", invalid="ignore"),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", few, RuntimeWarning)
        yield
