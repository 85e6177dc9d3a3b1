"""The PyTorch peer is the reference's function, or its times would say nothing."""

import numpy as np
import pytest

from tests.golden import Golden

torch = pytest.importorskip("torch", reason="the peer needs PyTorch: pip install torch")
pytestmark = pytest.mark.needs_data


def loaded(golden):
    from benchmarks.torch_predrnn import TorchPredRNN

    size, channels = golden["frames_patched"].shape[3:]
    model = TorchPredRNN(
        channels,
        golden.meta["num_hidden"],
        golden.meta["filter_size"],
        (size, size) if golden.meta["layer_norm"] else None,
        decoupling=golden.decoupling,
    )
    weights = {name: torch.tensor(value) for name, value in golden.group("param").items()}
    model.load_state_dict(weights, strict=True)
    return model


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pytest.mark.long) for name in ("predrnn_v1", "predrnn_v2")),
        *("predrnn_v1_layernorm", "predrnn_v2_layernorm"),
    ],
)
def test_golden_forward_loss_and_gradients(name):
    golden = Golden(name)
    model = loaded(golden)
    frames = torch.tensor(golden["frames_patched"])
    mask = torch.tensor(golden.observed_mask())

    predictions, decoupling = model(frames, mask, golden.decoupling)
    np.testing.assert_allclose(
        predictions.detach().numpy(), golden["next_frames_patched"], atol=1e-6
    )
    assert (float(torch.as_tensor(decoupling).detach()) > 0) == golden.decoupling

    loss = model.loss(frames, mask, golden.meta["decouple_beta"])
    assert loss.item() == pytest.approx(float(golden["loss"]), rel=1e-6)
    loss.backward()
    gradients = {name: weight.grad.numpy() for name, weight in model.named_parameters()}
    assert set(gradients) == set(golden.group("grad"))
    for weight, gradient in gradients.items():
        theirs = golden[f"grad/{weight}"]
        np.testing.assert_allclose(gradient, theirs, atol=1e-5 * np.abs(theirs).max())


def test_steps_are_the_forward_pass():
    golden = Golden("predrnn_v2")
    model = loaded(golden)
    frames = torch.tensor(golden["frames_patched"])
    batch, length, height, width, _ = frames.shape
    with torch.no_grad():
        states = model.initial_states(batch, height, width)
        for t in range(length - 1):
            prediction, states, _ = model.step(frames[:, t].permute(0, 3, 1, 2), states)
        whole, _ = model(frames, torch.ones(batch, length - 1))
    np.testing.assert_allclose(prediction.permute(0, 2, 3, 1), whole[:, -1], atol=1e-6)
