import numpy as np
import pytest

from benchmarks.golden_file import FOLDER
from benchmarks.gpu.parity_case import GOLDEN_FILES, golden_case, random_case
from benchmarks.gpu.rows import MODELS
from tests.benchmarks.gpu.tiny_settings import tiny_settings
from tests.golden import Golden


def test_every_network_of_the_rows_has_a_golden_file():
    assert set(GOLDEN_FILES) == set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_random_cases_are_the_same_each_time(model):
    first, second = (random_case(model, tiny_settings()) for _ in range(2))
    for one, other in zip(first.inputs, second.inputs, strict=True):
        np.testing.assert_array_equal(one, other)
    weights = [case.network().get_weights() for case in (first, second)]
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))
    assert (first.decoupling_weight > 0) == (model == "predrnn_v2")


@pytest.mark.needs_data
@pytest.mark.parametrize("model", MODELS)
def test_golden_cases_have_all_gradients(model):
    Golden(GOLDEN_FILES[model])  # skips where it is not there
    case = golden_case(model, FOLDER)
    network = case.network()
    reference = case.reference()
    shapes = [weight.shape for weight in network.trainable_weights]
    assert [gradient.shape for gradient in reference["gradients"]] == shapes
    assert case.decoupling_weight == (0.1 if model == "predrnn_v2" else 0.0)
