from benchmarks.gpu import rates
from tests.benchmarks.gpu.tiny_settings import tiny_settings


def test_all_dtypes():
    found = rates.run({}, tiny_settings())
    assert list(found["rates"]) == ["float32", "float16", "bfloat16"]
    assert all(rate > 0 for each in found["rates"].values() for rate in each.values())
    assert found["text"].startswith("convolutions, TFLOP/s: float32 ")


def test_shapes_are_those_of_the_networks_unless_tiny(monkeypatch):
    given = []

    def machine_rates(dtypes, convolutions, matrices):
        given.append(convolutions)
        return {dtype: {"convolution": 2e12, "matrix": 1.0} for dtype in dtypes}

    monkeypatch.setattr(rates, "machine_rates", machine_rates)
    settings = tiny_settings()
    settings.smoke = False
    found = rates.run({}, settings)
    assert given == [rates.CONVOLUTIONS] and "float16 2," in found["text"]
