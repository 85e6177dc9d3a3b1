import pytest

from st_keras.cli.modes import equal_parameters
from st_keras.cli.modes.equal_parameters import build_with_parameters, trainable_parameters
from st_keras.models.family import forecasters

NETWORKS = {family.name: family.model_class for family in forecasters()}


@pytest.fixture(autouse=True)
def few_widths(monkeypatch):
    monkeypatch.setattr(equal_parameters, "WIDTHS", range(4, 33, 2))


@pytest.mark.parametrize("model", NETWORKS)
def test_near_the_number(model):
    network = build_with_parameters(model, 30_000, (32, 32, 1), patch_size=8)
    assert isinstance(network, NETWORKS[model])
    assert abs(trainable_parameters(network) - 30_000) < 5_000
    narrower = NETWORKS[model](
        filters=(network.filters[0] - 2,) * 2,
        patch_size=8,
        **({} if model == "modernn" else {"kernel_size": 3}),
    )
    narrower.build((None, None, 32, 32, 1))
    # The next narrower one is no nearer.
    assert abs(trainable_parameters(narrower) - 30_000) >= abs(
        trainable_parameters(network) - 30_000
    )


def test_a_number_out_of_reach_is_refused():
    with pytest.raises(
        ValueError, match=r"--parameters: received 10, to which the nearest modernn"
    ):
        build_with_parameters("modernn", 10, (16, 16, 1), patch_size=8)
