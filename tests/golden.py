"""Golden values of the PyTorch reference code, from `../shared/golden` beside the repository."""

import numpy as np
import pytest

from benchmarks.golden_file import FOLDER, GoldenFile

# PyTorch adds epsilon after bias correction, Keras before: equal at the first step with this one.
ADAM_EPSILON = 1e-8 * np.sqrt(1 - 0.999)


class Golden(GoldenFile):
    """The golden file of a name; without it the test is skipped."""

    def __init__(self, name):
        path = FOLDER / f"{name}.npz"
        if not path.is_file():
            pytest.skip(f"needs {path.name} in ../shared/golden beside the repository")
        super().__init__(path)
