import keras
import numpy as np
import pytest

from st_keras.models import ActionConditionedModeRNN
from st_keras.training import Forecaster
from tests.tiny_actions import ACTION_SIZE, random_sequences

# A softmax does not see what is added to all its inputs: the exact gradient of these is zero.
WITHOUT_GRADIENT = ("position/bias", "key/depthwise/bias", "key/norm/beta", "key/pointwise/bias")


def build(**options):
    network = ActionConditionedModeRNN(
        ACTION_SIZE, filters=(4, 4), num_slots=2, kernel_size=3, **options
    )
    network.build((None, None, 4, 8, 1), (None, None, ACTION_SIZE))
    return network


@pytest.mark.long
def test_trains_forecasts_and_comes_back_from_its_file(tmp_path):
    model = Forecaster(build(), context_length=2)
    model.compile("adam")
    data = random_sequences(4, 4)
    model.build((None, None, 4, 8, 1))
    before = model.network.get_weights()
    model.fit(data, batch_size=2, epochs=2, verbose=0)
    weights = zip(model.network.weights, before, strict=True)
    still = [w.path for w, old in weights if np.array_equal(w, old)]
    assert not [path for path in still if not path.endswith(WITHOUT_GRADIENT)]
    arguments = (data["frames"][:, :2], 3)
    forecast = model.forecast(*arguments, actions=data["actions"])
    assert forecast.shape == (4, 3, 4, 8, 1)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(
        again.forecast(*arguments, actions=data["actions"]), forecast, atol=1e-6
    )


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": (4, 8)}, r"ActionConditionedModeRNN: received filters=\(4, 8\).*all equal"),
        ({"filters": (1,)}, r"received filters=1.*at least 2"),
        ({"action_size": 0}, r"received action_size=0"),
        ({"filters": (4,), "num_slots": 3}, r"num_slots"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ActionConditionedModeRNN(**arguments)
