import json

import numpy as np
import pytest

from st_keras.metrics.disentanglement import evaluate, mcc, mig, sap
from st_keras.metrics.disentanglement.evaluate import _SCORES
from tests.metrics.disentanglement.toy_pixels import ToyEncoder, ToyPixels

QUICK = ["mcc", "mig", "modularity"]


def run(dataset=None, model=None, **options):
    options = {"num_samples": 300, "progress": False, **options}
    return evaluate(model or ToyEncoder(), dataset or ToyPixels(), **options)


def refuses(match, **options):
    with pytest.raises(ValueError, match=match) as info:
        run(**options)
    assert " Required: " in str(info.value)
    return str(info.value)


@pytest.fixture(scope="module")
def everything():
    return run(num_samples=600)


def test_all_scores_by_default(everything):
    names = [name.replace("dci", "dci[random_forest]") for name in _SCORES]
    assert list(everything.scores) == list(everything.seconds) == names
    assert everything.skipped == {}
    # Ideal codes in reverse order: see the tests of the scores for what each makes of them.
    for name, score in everything.scores.items():
        low = 0.15 if name == "sap" else 0.9
        assert low < float(score) <= 1.0, name
    assert everything.scores["mcc"].details["permutation"].tolist() == [2, 1, 0]
    assert everything.scores["mcc"].details["factors"] == ["a", "b", "c"]


def test_table_and_json(everything):
    lines = everything.table().splitlines()
    assert lines[0].split() == ["score", "value"] and len(lines) == 9
    assert len({len(line) for line in lines}) == 1  # aligned
    stored = json.loads(json.dumps(everything.as_dict(), allow_nan=False))
    assert stored["parameters"]["protocol"] == "quick" and stored["parameters"]["seed"] == 0
    assert stored["scores"]["mig"]["parameters"]["protocol"] == "quick, changed"  # 600 rows


def test_scores_are_those_of_the_arrays():
    result = run(scores=QUICK, seed=3)
    assert result.codes.shape == (300, 3) and result.factors.shape == (300, 3)
    assert float(result.scores["mig"]) == float(mig(result.codes, result.factors))
    assert float(result.scores["mcc"]) == float(mcc(result.codes, result.factors, seed=3))


def test_seed():
    first, second, other = (run(scores=["mig"], seed=s).codes for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_scored_factors():
    dataset = ToyPixels(scored_factors=("c", "a"))
    result = run(dataset, scores="mcc")
    assert result.factor_names == ("c", "a") and result.factors.shape == (300, 2)
    assert set(result.factors[:, 0]) == set(range(5))
    assert result.scores["mcc"].details["permutation"].tolist() == [0, 2]


class Continuous(ToyPixels):
    def draw_images(self, count, generator):
        images, factors = super().draw_images(count, generator)
        return images, factors + generator.uniform(0, 0.5, factors.shape)


@pytest.mark.parametrize("attributes", [{}, {"factor_sizes": None}, {"factor_sizes": (3, None, 5)}])
def test_continuous_factors_are_scored_with_mcc_only(attributes):
    result = run(Continuous(**attributes))
    assert list(result.scores) == ["mcc"] and result.factors.dtype == np.float64
    assert float(result.scores["mcc"]) > 0.9


def test_whole_numbers_may_be_continuous():
    assert list(run(ToyPixels(factor_sizes=None)).scores) == ["mcc"]


def test_other_scores_of_continuous_factors():
    scores = {"mcc": {}, "sap": {}, "mig": {"factor_bins": 3}}
    result = run(Continuous(), scores=scores)
    assert list(result.scores) == ["mcc", "sap", "mig"]
    assert result.scores["sap"].parameters["continuous_factors"] is True
    assert result.scores["mig"].parameters["protocol"] == "quick, changed"
    assert refuses("continuous.*factor_bins", dataset=Continuous(), scores=["mig"]).startswith(
        "mig"
    )


def test_whole_floats_of_a_discrete_data_set():
    class Floats(ToyPixels):
        def draw_images(self, count, generator):
            images, factors = super().draw_images(count, generator)
            return images, factors.astype("float32")

    result = run(Floats(factor_sizes=(3, 4, 5)), scores=["mig"])
    assert result.factors.dtype == np.int64


def test_undefined_default_scores_are_skipped_with_the_reason():
    result = run(ToyPixels(scored_factors=("a",)))
    assert set(result.skipped) == {"beta_vae_score", "factor_vae_score"}
    assert "two factors" in result.skipped["beta_vae_score"]
    assert len(result.scores) == 6 and "skipped beta_vae_score" in result.table()


def test_constant_factor_is_named():
    result = run(ToyPixels(sizes=(3, 1, 5)), scores=["mig"])
    assert result.scores["mig"].details["left_out"] == ["b"]


def test_reference_protocol_has_test_rows_of_its_own():
    scores = {"sap": {}, "mig": {}, "dci": {"estimator": "extra_trees"}}
    result = run(protocol="reference", scores=scores)
    assert result.codes.shape == (450, 3) and result.parameters["num_test"] == 150
    rows = result.scores["sap"].parameters
    assert (rows["num_train"], rows["num_test"]) == (300, 150)
    assert result.scores["mig"].parameters["num_samples"] == 300
    assert "dci[extra_trees]" in result.scores


def test_test_rows_are_the_last_ones():
    result = run(protocol="reference", scores=["sap"])
    codes, factors = result.codes, result.factors
    arrays = sap(
        codes[:300],
        factors[:300],
        test_codes=codes[300:],
        test_factors=factors[300:],
        factor_names=result.factor_names,
    )
    for key, values in arrays.details.items():
        np.testing.assert_array_equal(result.scores["sap"].details[key], values)


def test_protocol_is_named_when_nothing_was_changed():
    result = run(num_samples=None, scores=["mcc"], batch_size=5000)
    assert result.scores["mcc"].parameters["protocol"] == "quick"
    assert result.scores["mcc"].parameters["num_samples"] == 10_000


def test_images_are_drawn_in_batches():
    dataset = ToyPixels()
    run(dataset, scores=["mcc"], batch_size=32)
    assert dataset.largest_draw == 32


def test_progress_goes_to_standard_error(capsys):
    run(scores=["mig", "mcc"], progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["encoding", "mig", "mcc"]
    assert all(line.endswith(" s") for line in lines) and "300 images" in lines[0]
    run(scores=["mig"])
    assert capsys.readouterr() == ("", "")


def test_collapsed_and_broken_models():
    result = run(model=lambda images: np.zeros((len(images), 4)), scores=QUICK)
    assert all(float(score) == 0.0 for score in result.scores.values())
    refuses("codes with 1200 values that are NaN", model=lambda i: np.full((len(i), 4), np.nan))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"protocol": "fast"}, "protocol='fast'.*'quick', 'reference'"),
        ({"num_samples": 9}, "num_samples=9.*at least 10"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"seed": -1}, "seed=-1"),
        ({"scores": ["irs"]}, "scores='irs'.*'beta_vae_score'"),
        ({"scores": []}, "no scores"),
        ({"scores": {"mig": {"bin": 3}}}, "options {'bin': 3} for 'mig'.*bins, factor_bins"),
        ({"scores": {"dci": {"test_codes": 1}}}, "options .*test_codes"),
        ({"scores": {"mig": None}}, "options None for 'mig'"),
        ({"dataset": object()}, "dataset of type object without draw_images and factor_names"),
        ({"dataset": ToyPixels(scored_factors=("d",))}, r"scored_factors=\('d',\).*'a', 'b', 'c'"),
        ({"dataset": ToyPixels(scored_factors=())}, r"scored_factors=\(\)"),
        ({"dataset": ToyPixels(names=("a", "b"))}, "3 columns of factors with 2 factor_names"),
        ({"dataset": ToyPixels(factor_sizes=(3,))}, "1 factor_sizes for 3 factor_names"),
        ({"dataset": Continuous(factor_sizes=(3, 4, 5))}, "not whole numbers.*factor_sizes=None"),
        ({"dataset": ToyPixels(sizes=(1, 1, 1)), "scores": ["mcc"]}, "all constant"),
        ({"model": 3}, "model of type int"),
    ],
)
def test_errors_have_three_parts(options, match):
    refuses(match, **options)
