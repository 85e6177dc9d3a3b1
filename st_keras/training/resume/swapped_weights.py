"""States whose model holds averages in place of its weights, as `SwapEMAWeights` leaves it."""

import keras

from st_keras.private_api import EMA_IN_MODEL
from st_keras.validation import error


def check_swapped_weights(state, callbacks, epochs):
    """Raise `ValueError` if the weights of a state would not come back as they were.

    With `swap_on_epoch=True` the model holds averages between two epochs, and the optimizer the
    weights; `SwapEMAWeights` swaps them back when the next one begins. At the end of the last epoch
    it gives the weights up.

    Args:
        state: dict of a training state, at the end of an epoch.
        callbacks: list of the callbacks of this `fit`.
        epochs: int, of this `fit`.
    """
    kept = [entry["state"] for entry in state["callbacks"]]
    if not any(isinstance(each, dict) and each.get(EMA_IN_MODEL) for each in kept):
        return
    swaps = [c for c in callbacks if isinstance(c, keras.callbacks.SwapEMAWeights)]
    if not any(callback.swap_on_epoch for callback in swaps):
        raise error(
            "ExactResume",
            "a training state with averages in place of the model's weights, and no callback that "
            "swaps them back",
            "SwapEMAWeights(swap_on_epoch=True), as when the state was written",
            "Pass it to fit, or give this run another folder.",
        )
    if not state["finished"] and state["epoch"] == state.get("epochs") and state["epoch"] < epochs:
        raise error(
            "ExactResume",
            f"epochs={epochs} and a training state of the last of {state['epochs']} epochs, at "
            "whose end SwapEMAWeights(swap_on_epoch=True) gives up the weights for their averages",
            f"epochs={state['epochs']}: what comes after would not be the same training",
            "Give this run another folder, or train with swap_on_epoch=False, which keeps the "
            "weights.",
        )
