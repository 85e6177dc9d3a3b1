"""Fields of dataclasses that are settings: each with its range, its help and how it is written."""

import dataclasses
from collections.abc import Callable

REQUIRED = dataclasses.MISSING
_SETTING, _PART = "setting", "part"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """How a field is written, on a command line and in files.

    Args:
        name: str, of the field.
        flag: str such as "--batch-size". None: its value stands alone, by its place.
        also: tuple of str, further spellings of the flag.
        parse: function of the text to the value, which refuses with `argparse.ArgumentTypeError`.
        choices: tuple of str, or None.
        default: the value where nothing is said; `REQUIRED` if something must be.
        kind: "value"; "switch", True where the flag stands; "pair", which has a --no- form too;
            "optional", a flag whose value may be left out, and is True then; or "rest", all that
            follows a --.
        metavar: str that stands for the value in the help, or None.
        help: str, or None.
    """

    name: str
    flag: str | None
    also: tuple = ()
    parse: Callable = str
    choices: tuple | None = None
    default: object = REQUIRED
    kind: str = "value"
    metavar: str | None = None
    help: str | None = None


def flag_of(name):
    """Return the flag of a setting.

    Example:

    >>> flag_of("batch_size")
    '--batch-size'
    """
    return "--" + name.replace("_", "-")


def setting(parse=str, default=REQUIRED, help=None, **more):
    """Return a dataclass field that is a setting; the arguments are those of `Setting`.

    A `flag` may be given that is not that of the name; None makes the value stand by its place.
    """
    metadata = {_SETTING: {"parse": parse, "default": default, "help": help, **more}}
    return dataclasses.field(default=default, metadata=metadata)


def switch(help=None, default=False):
    """Return a field that is True where its flag stands."""
    return setting(default=default, help=help, kind="switch")


def pair(help=None):
    """Return a field with a flag for True, one for False, and None where neither stands."""
    return setting(default=None, help=help, kind="pair")


def part(title=None):
    """Return a field that holds a dataclass of further settings.

    Args:
        title: str, of their group in the help, and behind a line break what is said of it.
            Default None: they stand among those around them.
    """
    return dataclasses.field(metadata={_PART: title})


def settings_in(cls, title=None):
    """Yield `(title of the group, Setting)` of a dataclass and its parts, in their order.

    Example:

    >>> @dataclasses.dataclass
    ... class Windows:
    ...     horizon: int = setting(int, 10, "frames")
    >>> @dataclasses.dataclass
    ... class Forecast:
    ...     out: str = setting(help="new file")
    ...     windows: Windows = part("windows")
    >>> [(title, each.flag, each.default) for title, each in settings_in(Forecast)][1]
    ('windows', '--horizon', 10)
    """
    for field in dataclasses.fields(cls):
        if _PART in field.metadata:
            yield from settings_in(field.type, field.metadata[_PART] or title)
        elif _SETTING in field.metadata:
            keywords = {"flag": flag_of(field.name), **field.metadata[_SETTING]}
            yield title, Setting(name=field.name, **keywords)


def from_values(cls, values, **more):
    """Make a dataclass, parts and all, from a flat mapping of the names of its settings.

    Args:
        cls: the dataclass.
        values: mapping; what is not named has its default.
        **more: fields that are no settings.
    """
    for field in dataclasses.fields(cls):
        if _PART in field.metadata:
            more[field.name] = from_values(field.type, values)
        elif _SETTING in field.metadata and field.name in values:
            more[field.name] = values[field.name]
    return cls(**more)


def values_of(settings):
    """Return the settings of a dataclass, those of its parts too, as a flat dict.

    Example:

    >>> @dataclasses.dataclass
    ... class Forecast:
    ...     out: str = setting()
    ...     horizon: int = setting(int, 10)
    >>> values_of(Forecast("f.npy"))
    {'out': 'f.npy', 'horizon': 10}
    """
    found = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if _PART in field.metadata:
            found |= values_of(value)
        elif _SETTING in field.metadata:
            found[field.name] = value
    return found


def given(settings):
    """Return the flags of the settings that are not None.

    Example:

    >>> @dataclasses.dataclass
    ... class Sizes:
    ...     batch_size: int = setting(int, None)
    ...     horizon: int = setting(int, None)
    >>> given(Sizes(batch_size=8))
    ['--batch-size']
    """
    values = values_of(settings)
    return [each.flag for _, each in settings_in(type(settings)) if values[each.name] is not None]


def with_parts(base, text, **changes):
    """Return a dataclass of settings with other parts or fields in the places of some of `base`.

    Args:
        base: dataclass of settings.
        text: str, its docstring.
        **changes: a dataclass for a part of that name, which keeps its title; or a field.
    """
    titles = {field.name: field.metadata.get(_PART) for field in dataclasses.fields(base)}
    fields = [
        (name, new, part(titles[name])) if isinstance(new, type) else (name, object, new)
        for name, new in changes.items()
    ]
    return dataclasses.make_dataclass(
        base.__name__,
        fields,
        bases=(base,),
        frozen=True,
        kw_only=True,
        namespace={"__doc__": text, "__module__": base.__module__},
    )
