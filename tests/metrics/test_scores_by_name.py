"""A metric of the user's own, registered by its name, is scored, printed and drawn."""

import matplotlib.axes
import numpy as np
import pytest

from st_keras.metrics import scores_by_name
from st_keras.metrics.radar.rain_comparison import PERFECT
from st_keras.metrics.scores_by_name import facts_of, register_score, score_class, score_names
from st_keras.metrics.video import PROTOCOLS, FrameMSE, score_forecasts, scores_table
from st_keras.metrics.video.lpips import LPIPS
from st_keras.plots import lead_time_curves
from tests.fresh_process import run_python
from tests.metrics.video.frame_pairs import frame_pair
from tests.metrics.video.toy_csi import CSI
from tests.refusals import refused


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(scores_by_name, "_REGISTERED", {})
    known = dict(PROTOCOLS)
    yield
    PROTOCOLS.clear()
    PROTOCOLS.update(known)


@pytest.fixture
def csi():
    """The scores of a forecast and of one without events, and what NumPy says of the first."""
    assert register_score(CSI) is CSI
    truth, forecast = frame_pair(batch=5)
    truth[:, 3] *= 0.4  # no event at the last lead time
    names = ("mse", "csi50")
    methods = {"net": forecast, "dry": np.zeros_like(truth)}
    scores = {m: score_forecasts(truth, f, 1.0, "float", 0.0, 2, names) for m, f in methods.items()}
    events, told = truth >= 0.5, forecast >= 0.5
    of_lead_times = (0, 2, 3, 4)
    either = (events | told).sum(of_lead_times)
    return scores, (events & told).sum(of_lead_times) / either


def test_counts_are_added_over_batches(csi):
    scores, expected = csi
    assert list(scores["net"]) == ["mse", "csi50"] and scores["net"]["csi50"].dtype == "float32"
    np.testing.assert_allclose(scores["net"]["csi50"], expected, rtol=1e-6)
    assert scores["dry"]["csi50"][:3].tolist() == [0.0] * 3 and np.isnan(scores["dry"]["csi50"][3])
    truth, forecast = frame_pair(batch=5)
    of_frames = [
        score_forecasts(t[None], f[None], 1.0, "float", scores=["csi50"])["csi50"]
        for t, f in zip(truth, forecast, strict=True)
    ]
    all_of_it = score_forecasts(truth, forecast, 1.0, "float", scores=["csi50"])["csi50"]
    assert (np.abs(np.mean(of_frames, axis=0) - all_of_it) > 1e-4).any()


def test_the_table_follows_its_facts(csi):
    scores, expected = csi
    rows = [line.split() for line in scores_table(scores).splitlines()]
    assert ["CSI", "at", "half", "net", *(f"{v:.2f}" for v in expected)] in [r[:-1] for r in rows]
    assert ["CSI", "at", "half", "dry", "0.00", "0.00", "0.00", "-", "0.00"] in rows


def test_the_curves_follow_its_facts(csi, tmp_path, monkeypatch):
    titles = []
    set_title = matplotlib.axes.Axes.set_title
    monkeypatch.setattr(
        matplotlib.axes.Axes,
        "set_title",
        lambda axes, text, **kwargs: [titles.append(text), set_title(axes, text, **kwargs)][1],
    )
    assert lead_time_curves(tmp_path / "l.png", csi[0]).is_file()
    assert titles == ["MSE  (lower is better)", "CSI at half (of 1)  (higher is better)"]


def test_it_has_protocols_and_a_place_among_the_names():
    before = score_names()
    register_score(CSI)
    assert score_names() == (*before, "csi50") and score_class("csi50") is CSI
    assert PROTOCOLS["csi50"] == CSI.protocols and facts_of("csi50").better == "higher"
    register_score(CSI)  # as a notebook does when its cell is run again
    assert score_names() == (*before, "csi50")


def test_scores_that_nobody_registered_are_shown_by_their_name():
    facts = facts_of("mae_per_pixel")
    assert (facts.title, facts.unit, facts.better, facts.digits) == (None, "", None, 3)
    assert facts_of("lpips") is LPIPS and LPIPS.better == "lower"  # one number of digits


@pytest.mark.parametrize("name", score_names())
def test_our_names_are_those_of_the_classes(name):
    cls = score_class(name)
    assert cls.score == name and PROTOCOLS[name] is cls.protocols
    assert cls.stands_in_for in (None, *score_names())
    assert register_score(cls) is cls and name not in scores_by_name._REGISTERED


def test_names_come_without_keras():
    code = (
        "import sys\nfrom st_keras.metrics.scores_by_name import score_names\n"
        "import st_keras.plots\nprint(score_names(), 'keras' in sys.modules)"
    )
    assert run_python(code).splitlines()[-1] == f"{score_names()} False"


@pytest.mark.parametrize("name", ["CSI", pytest.param("FSS", marks=pytest.mark.long)])
def test_a_metric_of_rain_may_be_the_first_that_is_asked_for(name):
    code = f"import st_keras\nprint(st_keras.metrics.radar.{name}.score)"
    assert run_python(code).splitlines()[-1] == name.lower()


def test_perfect_scores_of_rain_are_those_of_the_metrics():
    """`compare_rain` needs no Keras, and so has a list of its own."""
    of_metrics = {name: facts_of(name).perfect for name in PERFECT if name in score_names()}
    assert len(of_metrics) > 10
    assert of_metrics == {name: PERFECT[name] for name in of_metrics}


POINTS = """[st_keras.scores]
csi50 = tests.metrics.video.toy_csi:CSI
hits = tests.metrics.video.toy_csi:CSI
"""
FROM_OUTSIDE = """
import sys
sys.path.insert(0, sys.argv[1])
from st_keras.metrics.scores_by_name import facts_of, score_class, score_names
print(score_names(), "keras" in sys.modules)
print(facts_of("csi50").title, score_class("csi50").score)
from st_keras.metrics.video import PROTOCOLS
print("csi50" in PROTOCOLS, score_class("mse").__name__)
try:
    score_class("hits")
except ValueError as wrong:
    print(wrong)
"""


def test_another_package_names_it_by_an_entry_point(tmp_path):
    info = tmp_path / "rain-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rain\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    told = run_python(FROM_OUTSIDE, tmp_path).splitlines()[-4:]
    assert told[0] == f"{(*score_names(), 'csi50', 'hits')} False"
    assert told[1:3] == ["CSI at half csi50", "True FrameMSE"]
    assert "entry point 'hits' of st_keras.scores: received CSI with score='csi50'" in told[3]


class Taken(CSI):
    score = "mse"


class Nameless(CSI):
    score = None


class Upwards(CSI):
    better = "up"


class Apart(CSI):
    score = "apart"
    protocols = {"counts": {}}


@pytest.mark.parametrize(
    "wrong, message",
    [
        (
            CSI(),
            r"register_score: received <CSI .*a subclass of PerLeadTimeMetric.*not an instance",
        ),
        (dict, r"register_score: received <class 'dict'>"),
        (Nameless, r"with a name, such as score = 'csi'"),
        (
            Taken,
            r"Taken with score='mse', the name of st_keras\S+:FrameMSE\. .*mse, mae.*another name",
        ),
        (Upwards, r"Upwards with better='up'.*'lower', 'higher' or None"),
    ],
)
def test_what_cannot_be_registered(wrong, message):
    refused(message, register_score, wrong)
    assert score_class("mse") is FrameMSE


def test_what_cannot_be_scored():
    register_score(Apart)
    frames = frame_pair()
    refused(r"'cs'.*among mse, mae.*register_score", score_forecasts, *frames, 1.0, scores=["cs"])
    refused(r"scores='mse'.*list", score_forecasts, *frames, 1.0, scores="mse")
    refused(r"scores=\[\].*at least one", score_forecasts, *frames, 1.0, scores=[])
    refused(
        r"scores mse, apart, which have no protocol in common.*one after the other",
        *(score_forecasts, *frames, 1.0),
        scores=["mse", "apart"],
    )
    refused(r"'thuml'.*one of 'counts'", score_forecasts, *frames, 1.0, scores=["apart"])
    assert list(score_forecasts(*frames, 1.0, "gaussian", scores=["ssim"])) == ["ssim"]
