import dataclasses
import json

import numpy as np
import pytest

from st_keras.metrics.modes import CollapseGap, collapse_gap
from tests.metrics.disentanglement.grid import refuses

SINGLE = {"walk": [40.0, 50.0], "run": [100.0, 100.0]}
MIXTURE = {"walk": [50.0, 50.0], "run": [90.0, 130.0]}


def test_by_hand():
    gap = collapse_gap(MIXTURE, SINGLE)
    assert gap.per_seed == {"walk": [0.25, 0.0], "run": pytest.approx([-0.1, 0.3])}
    assert gap.gaps == {"walk": 0.125, "run": pytest.approx(0.1)}
    assert gap.mean_per_seed == pytest.approx([0.075, 0.15])
    assert gap.mean == pytest.approx(0.1125)


def test_signs():
    worse, equal, better = (
        collapse_gap({"a": 50 * f, "b": 7 * f}, {"a": 50, "b": 7}).mean for f in (1.2, 1.0, 0.8)
    )
    assert (worse, equal, better) == pytest.approx((0.2, 0.0, -0.2))


def test_every_mode_counts_alike_whatever_its_error():
    gap = collapse_gap({"easy": 2.0, "hard": 1000.0}, {"easy": 1.0, "hard": 1000.0})
    assert gap.mean == 0.5 and gap.gaps == {"easy": 1.0, "hard": 0.0}


def test_unit_does_not_matter():
    one = collapse_gap(MIXTURE, SINGLE)
    other = collapse_gap(*({k: 255.0**2 * np.array(v) for k, v in side.items()}
                           for side in (MIXTURE, SINGLE)))  # fmt: skip
    assert other.gaps == pytest.approx(one.gaps) and other.mean == pytest.approx(one.mean)


def test_order_of_modes_and_of_seeds():
    one = collapse_gap(MIXTURE, SINGLE)
    turned = collapse_gap(*({k: side[k][::-1] for k in ("run", "walk")}
                            for side in (MIXTURE, SINGLE)))  # fmt: skip
    assert list(one.gaps) == ["walk", "run"] and list(turned.gaps) == ["run", "walk"]
    assert turned.gaps == pytest.approx(one.gaps) and turned.mean == pytest.approx(one.mean)
    assert turned.per_seed["walk"] == one.per_seed["walk"][::-1]
    # Modes are matched by name, not by place.
    swapped = dict(reversed(SINGLE.items()))
    assert collapse_gap(MIXTURE, swapped) == one


def test_a_number_stands_for_every_seed():
    gap = collapse_gap({"walk": np.array([50.0, 60.0]), "run": 110}, {"walk": 50, "run": (100, 88)})
    assert gap.per_seed == {"walk": pytest.approx([0, 0.2]), "run": pytest.approx([0.1, 0.25])}
    assert collapse_gap({"a": 3.0}, {"a": 2.0}).per_seed == {"a": [0.5]}


def test_a_perfect_forecast():
    assert collapse_gap({"a": 0.0}, {"a": 2.0}).mean == -1.0


def test_result_is_plain_and_frozen():
    gap = collapse_gap(MIXTURE, SINGLE)
    stored = json.loads(json.dumps(dataclasses.asdict(gap)))
    assert CollapseGap(**stored) == gap
    with pytest.raises(AttributeError):
        gap.mean = 0.0


@pytest.mark.parametrize(
    ("mixture", "single", "message"),
    [
        ({}, SINGLE, r"mixture_errors of type dict, no named mode.*one_digit"),
        (MIXTURE, [40.0, 50.0], r"single_errors of type list, no named mode"),
        ({"walk": 1.0}, SINGLE, r"mixture_errors of \['walk'\] and single_errors of \['walk', 'r"),
        (MIXTURE, {"walk": 1.0, "swim": 2.0}, r"the same modes in both"),
        (MIXTURE, {"walk": [40.0] * 3, "run": 1.0}, r"sequences of \[2, 3\] seeds"),
        ({"walk": [1.0], "run": [1.0, 2.0]}, {"walk": 1, "run": 1}, r"sequences of \[1, 2\] seeds"),
        (MIXTURE, {"walk": [40.0, 0.0], "run": 1.0}, r"single_errors\['walk'\] of 0"),
        ({"walk": np.nan, "run": 1.0}, SINGLE, r"mixture_errors\['walk'\]=nan"),
        ({"walk": [1.0, -2.0], "run": 1.0}, SINGLE, r"\['walk'\]=\[1.0, -2.0\].*number >= 0"),
        ({"walk": [], "run": 1.0}, SINGLE, r"mixture_errors\['walk'\]=\[\]"),
        ({"walk": "much", "run": 1.0}, SINGLE, r"mixture_errors\['walk'\]='much'"),
        ({"walk": [[1.0]], "run": 1.0}, SINGLE, r"mixture_errors\['walk'\]=\[\[1.0\]\]"),
    ],
)
def test_errors(mixture, single, message):
    refuses(collapse_gap, message, mixture, single)
