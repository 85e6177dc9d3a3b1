"""Nothing public is missing in the registry."""

import pytest

from tests.conformance.registry import (
    ABSTRACT,
    LAYERS,
    METRICS,
    PLAIN,
    configurable_classes,
)


def test_every_public_class_with_a_config_is_registered():
    assert configurable_classes() == {*LAYERS, *METRICS, *PLAIN, *ABSTRACT}


@pytest.mark.parametrize("cls", {**LAYERS, **METRICS, **PLAIN})
def test_entries_make_their_class(cls):
    entry = {**LAYERS, **METRICS, **PLAIN}[cls]
    assert type(entry.make()) is cls
