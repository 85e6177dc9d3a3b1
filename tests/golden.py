"""Golden values of the PyTorch reference code, from `../shared/golden` beside the repository."""

import numpy as np
import pytest

from benchmarks.golden_file import FOLDER, GoldenFile
from st_keras.export.reference_weights import reference_values

# PyTorch adds epsilon after bias correction, Keras before: equal at the first step with this one.
ADAM_EPSILON = 1e-8 * np.sqrt(1 - 0.999)


class Golden(GoldenFile):
    """The golden file of a name; without it the test is skipped."""

    def __init__(self, name):
        path = FOLDER / f"{name}.npz"
        if not path.is_file():
            pytest.skip(f"needs {path.name} in ../shared/golden beside the repository")
        super().__init__(path)


def gradients_by_name(network, weights, gradients):
    """Return `{name in the reference code: gradient}`, channels last."""
    pairs = zip(weights, gradients, strict=True)
    return reference_values(network, {id(weight): gradient for weight, gradient in pairs})
