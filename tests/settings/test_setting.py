"""Dataclasses of settings: flattened, built, changed."""

from dataclasses import dataclass

from st_keras.settings.setting import (
    REQUIRED,
    flag_of,
    from_values,
    given,
    pair,
    part,
    setting,
    settings_in,
    switch,
    values_of,
    with_parts,
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How to read."""

    axes: str | None = setting(default=None, help="letters")


@dataclass(frozen=True, kw_only=True)
class Windows:
    """How to cut."""

    horizon: int = setting(int, 10)
    reading: Reading = part()


@dataclass(frozen=True, kw_only=True)
class Train:
    """Train."""

    command: str = "train"
    data: str = setting(help="frames")
    resume: bool = switch("go on")
    layer_norm: bool | None = pair()
    windows: Windows = part("windows")


def test_settings_stand_in_their_order_with_their_groups():
    found = [(title, s.name, s.flag, s.default, s.kind) for title, s in settings_in(Train)]
    assert found == [
        (None, "data", "--data", REQUIRED, "value"),
        (None, "resume", "--resume", False, "switch"),
        (None, "layer_norm", "--layer-norm", None, "pair"),
        ("windows", "horizon", "--horizon", 10, "value"),
        ("windows", "axes", "--axes", None, "value"),
    ]
    assert flag_of("truncated_bptt") == "--truncated-bptt"


def test_there_and_back():
    values = {"data": "f.npy", "resume": True, "layer_norm": None, "horizon": 3, "axes": "THW"}
    train = from_values(Train, values, command="demo")
    assert train.windows == Windows(horizon=3, reading=Reading(axes="THW"))
    assert values_of(train) == values and train.command == "demo"
    assert given(train) == ["--data", "--resume", "--horizon", "--axes"]
    assert from_values(Train, {"data": "f.npy"}).windows.horizon == 10


def test_other_parts_and_fields_keep_their_place_and_title():
    @dataclass(frozen=True, kw_only=True)
    class Longer(Windows):
        """Other windows."""

        horizon: int = setting(int, 20)
        stride: int = setting(int, 1)

    other = with_parts(Train, "Train longer.", windows=Longer, data=setting(default="digits"))
    assert other.__doc__ == "Train longer." and issubclass(other, Train)
    assert [(title, s.name, s.default) for title, s in settings_in(other)] == [
        *((None, "data", "digits"), (None, "resume", False), (None, "layer_norm", None)),
        *(("windows", "horizon", 20), ("windows", "axes", None), ("windows", "stride", 1)),
    ]
    assert from_values(other, {"stride": 2}).windows.stride == 2
