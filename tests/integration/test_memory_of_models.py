"""A model that is no longer used leaves nothing behind: a search over many models must not grow."""

import gc

import keras
import pytest
from tensorflow.python.framework.func_graph import FuncGraph

from st_keras.models import ConvLSTM, ModeRNN, Nowcaster, PredRNN, SlowVAE
from st_keras.training import Forecaster
from tests.tiny import random_frames


def forecaster(network, **kwargs):
    return Forecaster(network(patch_size=2, **kwargs), context_length=2), (4, 4, 8, 8, 1)


MODELS = {
    "predrnn": lambda: forecaster(PredRNN, filters=(4, 4), kernel_size=3),
    "predrnn bfloat16": lambda: forecaster(
        PredRNN, filters=(4,), kernel_size=3, dtype="mixed_bfloat16"
    ),
    "predrnn remat": lambda: forecaster(PredRNN, filters=(4,), kernel_size=3, remat="step"),
    "convlstm": lambda: forecaster(ConvLSTM, filters=(4,), kernel_size=3),
    "modernn": lambda: forecaster(ModeRNN, filters=(4,), num_slots=2),
    "slowvae": lambda: (SlowVAE(latent_size=2), (4, 2, 64, 64, 1)),
    "nowcaster": lambda: (Nowcaster(context_length=3), (4, 5, 16, 16, 1)),
}


def graphs():
    gc.collect()
    # `isinstance` would ask proxies of other libraries for their class, which may warn.
    return [each for each in gc.get_objects() if issubclass(type(each), FuncGraph)]


# Other numbers or another cell, and the same graphs: a loop, one that is computed again, no loop.
LONG = {"predrnn", "predrnn bfloat16", "modernn"}


@pytest.mark.parametrize(
    "name", [pytest.param(m, marks=[pytest.mark.long] if m in LONG else []) for m in MODELS]
)
def test_no_graph_outlives_its_model(name):
    def train_and_forget():
        model, shape = MODELS[name]()
        model.compile("adam")
        model.fit(random_frames(*shape), batch_size=2, verbose=0)

    keras.backend.clear_session()
    before = set(map(id, graphs()))
    train_and_forget()
    keras.backend.clear_session()
    assert [each.name for each in graphs() if id(each) not in before] == []
