"""Weights that are swapped for their averages come back, or the state is refused."""

import keras
import pytest

from st_keras.training.resume.swapped_weights import check_swapped_weights


def state(swapped=True, epoch=3, epochs=3, finished=False):
    entries = [{"class": "A", "state": ["a list"]}]
    entries.append({"class": "SwapEMAWeights", "state": {"_ema_weights_in_model": swapped}})
    return {"callbacks": entries, "epoch": epoch, "epochs": epochs, "finished": finished}


SWAP = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)


@pytest.mark.parametrize(
    ("kept", "callbacks", "epochs"),
    [
        (state(), [SWAP], 3),
        (state(epoch=2), [SWAP], 9),
        (state(finished=True), [SWAP], 9),
        (state(swapped=False), [], 9),
        ({**state(), "callbacks": []}, [SWAP], 9),
    ],
)
def test_what_comes_back(kept, callbacks, epochs):
    check_swapped_weights(kept, callbacks, epochs)


@pytest.mark.parametrize("callbacks", [[], [keras.callbacks.SwapEMAWeights()]])
def test_refuses_where_nobody_swaps_back(callbacks):
    message = r"averages in place of .* no callback that swaps them back.*Required: SwapEMAWeights"
    with pytest.raises(ValueError, match=message):
        check_swapped_weights(state(epoch=1), callbacks, 3)


def test_refuses_to_train_on_where_the_weights_were_given_up():
    message = r"epochs=4 and a training state of the last of 3 epochs.*Required: epochs=3.*folder"
    with pytest.raises(ValueError, match=message):
        check_swapped_weights(state(), [SWAP], 4)
