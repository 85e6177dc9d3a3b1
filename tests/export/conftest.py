"""Models that are exported once for all tests of a process."""

import importlib.util

import pytest

from st_keras.export import export_saved_model
from st_keras.export.signatures.graph_signature import GraphSignature
from tests.export.signatures.tiny_models import frames_and_actions, tiny_model
from tests.tiny import random_frames, tiny_forecaster, tiny_network

FRAMES, ACTIONS = frames_and_actions(2, 3, 2)
EXAMPLES = {
    "predrnn": FRAMES,
    "actions": {"context": FRAMES, "actions": ACTIONS},
    "bfloat16": True,
    "slowvae": random_frames(1, 16, 32, 1),
}
BOUNDS = {"max_horizon": 3, "max_batch": 2, "max_values": 30_000}


@pytest.fixture(scope="session")
def traces():
    """Names of the inputs of every signature that `exports` traced, by model, in order."""
    return {}


@pytest.fixture(scope="session")
def exports(traces, tmp_path_factory):
    """Function of the name of a tiny model: the model, and the base folder it is exported into."""
    folder, made, answer = tmp_path_factory.mktemp("exports"), {}, GraphSignature._answer

    def export(name):
        if name not in made:
            traces[name] = []

            def counted(self, *tensors):
                traces[name].append(list(self.inputs))
                return answer(self, *tensors)

            made[name] = tiny_model(name)
            served = importlib.util.find_spec("tensorflow_serving")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(GraphSignature, "_answer", counted)
                path, warmup = folder / name / "1", EXAMPLES.get(name) if served else None
                assert export_saved_model(made[name], path, warmup=warmup) == path
        return made[name], folder / name

    return export


@pytest.fixture(scope="session")
def bounded(tmp_path_factory):
    """Base folder of a forecaster that is exported with `BOUNDS`."""
    model = tiny_forecaster(tiny_network(filters=(4,)))
    model.build((None, None, 4, 8, 1))
    base = tmp_path_factory.mktemp("bounded") / "nowcast"
    export_saved_model(model, base / "1", **BOUNDS)
    return base
