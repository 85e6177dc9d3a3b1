import pytest

from st_keras.export.serving.call_error import CallError


@pytest.mark.parametrize(
    "code, transient",
    [
        ("UNAVAILABLE", True),
        ("RESOURCE_EXHAUSTED", True),
        ("INVALID_ARGUMENT", False),
        ("DEADLINE_EXCEEDED", False),
        ("INTERNAL", False),
    ],
)
def test_what_passes(code, transient):
    assert CallError(code, "why").transient == transient
    assert CallError(code, "why", transient=not transient).transient != transient
    assert str(CallError(code, "why")) == f"{code}: why"
