"""Settings written as the arguments of a command line: for replays, files and other processes."""

import difflib

from st_keras.settings.setting import settings_in
from st_keras.validation import error

_WORDS = {True: "on", False: "off"}


def arguments_of(cls, values):
    """Return the arguments that say what `values` hold.

    Args:
        cls: dataclass of settings.
        values: dict of names of its settings to values as they are, or as JSON or YAML has them;
            None where nothing is said.

    Returns:
        List of str.
    """
    arguments = []
    for _, setting in settings_in(cls):
        value = values.get(setting.name)
        if value is None:
            continue
        if setting.kind == "rest":
            arguments += ["--", *value]
        elif setting.flag is None:
            arguments.append(_text(value))
        elif setting.kind == "value" or (setting.kind == "optional" and value is not True):
            arguments.append(f"{setting.flag}={_text(value)}")
        elif value:
            arguments.append(setting.flag)
        elif setting.kind == "pair":
            arguments.append("--no-" + setting.flag.removeprefix("--"))
    return arguments


def file_arguments(cls, content, path):
    """Return the arguments that the content of a settings file stands for.

    Args:
        cls: dataclass of settings.
        content: what the file holds: a mapping of flags without their dashes to values.
        path: str or path, of the file.

    Raises:
        ValueError: as `file_values` does.
    """
    return arguments_of(cls, file_values(cls, content, "--config", repr(str(path))))


def file_values(cls, content, where, what):
    """Return what the content of a settings file says, by the names of the settings.

    Args:
        cls: dataclass of settings.
        content: a mapping of flags without their dashes to values. What a flag --no-NAME turns off
            may also stand as NAME: true or false.
        where: str. Who reads; the errors begin with it.
        what: str, how errors call what holds the content.

    Returns:
        dict, for `arguments_of`.

    Raises:
        ValueError: if it is no mapping, names a flag that is none, or a value is no number, text
            or list of such.
    """
    flags = _flags_in(cls)
    if not isinstance(content, dict):
        raise error(
            where,
            f"{what}, which holds no settings",
            "a line `FLAG: VALUE` for each, FLAG without its dashes",
            "Write for example batch-size: 8.",
        )
    values = {}
    for key, value in content.items():
        turned_off = flags.get(f"no-{key}")
        if key not in flags and not (turned_off and isinstance(value, bool)):
            near = difflib.get_close_matches(str(key), flags, 1, cutoff=0.0)
            raise error(
                where,
                f"{key!r} in {what}",
                f"flags of this command without their dashes; the nearest is {near[0]}",
                "Correct the name, or leave the line out.",
            )
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, (str, int, float, type(None))):
                raise error(
                    where,
                    f"a {type(each).__name__} for {key!r} in {what}",
                    "a number, text, true, false, or a list of these",
                    "Put text that YAML takes for something else between quotes.",
                )
        if key in flags:
            values[flags[key].name] = value
        else:
            values[turned_off.name] = not value
    return values


def _flags_in(cls):
    """Return {flag without dashes: `Setting`} of a dataclass, further spellings too."""
    flags = [s for _, s in settings_in(cls) if s.flag]
    return {flag.removeprefix("--"): s for s in flags for flag in (s.flag, *s.also)}


def _text(value):
    if isinstance(value, bool):
        return _WORDS[value]
    return ",".join(map(_text, value)) if isinstance(value, (list, tuple)) else str(value)
