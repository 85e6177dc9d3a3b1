"""Wrappers, prefixes and types of published checkpoints; refusals of what holds no weights."""

import ml_dtypes
import numpy as np
import pytest

from st_keras.export.state_dict import state_dict_of

WEIGHTS = {"cell_list.0.w": np.ones((2, 3), "float32"), "n": np.array(4)}


def prefixed(prefix):
    return {prefix + name: array for name, array in WEIGHTS.items()}


@pytest.mark.parametrize(
    "content",
    [
        WEIGHTS,
        {"net_param": WEIGHTS},
        {"net_param": prefixed("module.")},
        {"epoch": 3, "state_dict": prefixed("model."), "optimizer_states": [{}]},
        {"iter": 5, "model_states": {"net": WEIGHTS}, "optim_states": {"optim": {}}},
        {"state_dict": prefixed("_orig_mod.module.model.")},
    ],
)
def test_wrappers_and_prefixes(content):
    found = state_dict_of("reader", content)
    assert set(found) == set(WEIGHTS)
    for name, array in WEIGHTS.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_prefix_that_only_some_names_have_is_a_name():
    content = {"model.a": np.ones(1), "b": np.ones(1)}
    assert set(state_dict_of("reader", content)) == set(content)


def test_all_floats_become_float32():
    numbers = np.array([0.5, -2.0])
    for dtype in ("float16", "float32", "float64", ml_dtypes.bfloat16):
        found = state_dict_of("reader", {"w": numbers.astype(dtype)})["w"]
        assert found.dtype == "float32"
        np.testing.assert_array_equal(found, numbers)
    assert state_dict_of("reader", WEIGHTS)["n"].dtype.kind == "i"


def test_tensors():
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    numbers = torch.tensor([0.5, -2.0])
    tensors = {
        "half": numbers.half(),
        "brain": numbers.bfloat16(),
        "double": torch.nn.Parameter(numbers.double()),
        "count": torch.tensor(7),
    }
    found = state_dict_of("reader", tensors)
    assert found["count"] == 7
    for name in ("half", "brain", "double"):
        assert found[name].dtype == "float32"
        np.testing.assert_array_equal(found[name], [0.5, -2.0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "a checkpoint with nothing"),
        ([1, 2], "a checkpoint with a list"),
        ({"net_param": [1]}, r"entries that are no arrays of numbers: \['net_param'\]"),
        ({3: np.ones(1)}, r"no arrays of numbers: \['3'\]"),
        ({"w": np.array(["a"])}, r"hold no real numbers: \['w \(<U1\)'\]"),
        ({"w": np.zeros(2, "V2")}, r"hold no real numbers: \['w \(\|V2\)'\]"),
        ({"w": np.array([1, np.nan])}, r"not finite \(beyond float32, NaN or infinite\): \['w'\]"),
        ({"w": np.array([1e300])}, r"not finite"),
    ],
)
def test_refusals(content, message):
    with pytest.raises(ValueError, match=rf"reader: received .*{message}.*Required: "):
        state_dict_of("reader", content)


def test_as_many_wrappers_as_are_allowed():
    content = WEIGHTS
    for _ in range(8):
        content = {"net": content}
    assert state_dict_of("reader", content).keys() == state_dict_of("reader", WEIGHTS).keys()
    with pytest.raises(ValueError, match="more than 8 wrappers"):
        state_dict_of("reader", {"net": content})


@pytest.mark.parametrize("keys", [("net",), ("state_dict", "model"), ("model",)])
def test_a_mapping_inside_itself_has_an_end(keys):
    content = {}
    inner = content
    for key in keys[:-1]:
        inner[key] = {}
        inner = inner[key]
    inner[keys[-1]] = content
    message = (
        r"reader: received a checkpoint with more than 8 wrappers inside each other, or in itself"
    )
    with pytest.raises(ValueError, match=message):
        state_dict_of("reader", content)


def test_tensors_that_are_no_arrays():
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    tensors = {
        "repeats a number": torch.zeros(1).expand(10**10),
        "is sparse": torch.zeros(3, 3).to_sparse(),
        "has no content": torch.zeros(3, device="meta"),
    }
    for name, tensor in tensors.items():
        with pytest.raises(
            ValueError, match=rf"the tensor {name}, which is no array \(.*Required:"
        ):
            state_dict_of("reader", {name: tensor})
    found = state_dict_of("reader", {"few": torch.ones(1).expand(100)})
    np.testing.assert_array_equal(found["few"], np.ones(100))
