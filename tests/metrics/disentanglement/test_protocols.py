from st_keras.metrics.disentanglement import PROTOCOLS
from st_keras.metrics.disentanglement.evaluate import _SCORES


def test_reference_has_the_published_settings():
    plan = PROTOCOLS["reference"]
    assert (plan["num_samples"], plan["num_test"]) == (100_000, 5_000)
    rows = {name: rows for name, (rows, _) in plan["scores"].items()}
    assert rows["mig"] == rows["modularity"] == rows["explicitness"] == 100_000
    assert rows["dci"] == rows["sap"] == rows["mcc"] == 10_000
    for name in ("beta_vae_score", "factor_vae_score"):
        options = plan["scores"][name][1]
        assert [options[k] for k in ("batch_size", "num_train", "num_eval")] == [64, 10_000, 5_000]


def test_reference_options_are_the_defaults_of_the_functions():
    for name, (_, options) in PROTOCOLS["reference"]["scores"].items():
        defaults = _SCORES[name].__kwdefaults__
        assert {key: defaults[key] for key in options} == options


def test_every_protocol_has_every_score():
    for plan in PROTOCOLS.values():
        assert set(plan) == {"num_samples", "num_test", "scores"}
        assert set(plan["scores"]) == set(_SCORES)
        for rows, _ in plan["scores"].values():
            assert rows <= plan["num_samples"]
