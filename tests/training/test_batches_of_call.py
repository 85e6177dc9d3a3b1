"""Every callback counts batches, whatever `steps_per_execution` is."""

import keras
import numpy as np
import pytest

from st_keras.training.batches_of_call import batches_of_call


class Count(keras.callbacks.Callback):
    calls = ()

    def on_train_batch_end(self, batch, logs=None):
        self.calls = (*self.calls, batches_of_call(self, batch))


@pytest.mark.parametrize(
    ("per_execution", "calls"), [(1, [1] * 7), (2, [2, 2, 2, 1]), (3, [3, 3, 1]), (9, [7])]
)
def test_an_epoch_of_seven_batches(per_execution, calls):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=per_execution, run_eagerly=True)
    data, count = np.zeros((7, 1), "float32"), Count()
    model.fit(data, data, batch_size=1, epochs=2, verbose=0, callbacks=[count])
    assert list(count.calls) == 2 * calls
    assert sum(count.calls) == int(model.optimizer.iterations)
