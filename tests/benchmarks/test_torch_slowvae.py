"""The PyTorch peer is the reference's function, or its times would say nothing."""

import numpy as np
import pytest

from tests.golden import Golden

pytestmark = pytest.mark.needs_data


def test_golden_terms():
    torch = pytest.importorskip("torch", reason="the peer needs PyTorch: pip install torch")
    from benchmarks.torch_slowvae import TorchSlowVAE

    golden = Golden("slowvae_1ch")
    model = TorchSlowVAE()
    weights = golden.group("param")
    with torch.no_grad():
        names = sorted(weights, key=lambda n: (n.split(".")[0] != "encoder", int(n.split(".")[1])))
        ours = list(model.named_parameters())
        # Ours stand in the same order, weight before bias; places in the Sequential may differ.
        names = [n for n in names if n.endswith("weight")]
        for (name, parameter), theirs in zip(
            ours, [f"{n[:-6]}{kind}" for n in names for kind in ("weight", "bias")], strict=True
        ):
            assert name.split(".")[0] == theirs.split(".")[0]
            parameter.copy_(torch.tensor(weights[theirs]))
    terms = model.terms(torch.tensor(golden["images_nchw"]), torch.tensor(golden["eps"]))
    for name, value in terms.items():
        assert value.item() == pytest.approx(float(golden[name]), rel=1e-5), name
    terms["loss"].backward()
    gradient = next(model.parameters()).grad.numpy()
    np.testing.assert_allclose(gradient, golden["grad/encoder.0.weight"], rtol=1e-3, atol=1e-3)
