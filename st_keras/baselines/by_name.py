"""All baselines by name. The list is plain data: none is imported before it is asked for."""

from st_keras.entry_points import entry_points, imported
from st_keras.validation import error

ENTRY_POINTS = "st_keras.baselines"
_EXTRAPOLATION = "st_keras.baselines.extrapolation:Extrapolation"
_SPROG = "st_keras.baselines.sprog:SPROG"
# Where the class is, and its arguments.
_OURS = {
    "persistence": ("st_keras.baselines.persistence:Persistence", {}),
    "zero": ("st_keras.baselines.zero:Zero", {}),
    "climatology": ("st_keras.baselines.climatology:Climatology", {}),
    "extrapolation": (_EXTRAPOLATION, {}),
    "sprog": (_SPROG, {}),
    "extrapolation-tuned": (_EXTRAPOLATION, {"tuned": True}),
    "sprog-tuned": (_SPROG, {"tuned": True}),
    "advection": ("st_keras.baselines.advection:Advection", {}),
    "nowcaster-untrained": ("st_keras.baselines.untrained_nowcaster:UntrainedNowcaster", {}),
}
# What a name says where frames are no rain.
_OF_FRAMES = {"advection": ("st_keras.baselines.frame_advection:FrameAdvection", {})}
_REGISTERED = {}


def baseline_names():
    """Return the names of all baselines, ours first; none is imported for it.

    Example:

    >>> baseline_names()[:4]
    ('persistence', 'zero', 'climatology', 'extrapolation')
    """
    return (*_OURS, *(name for name in {**_others(), **_REGISTERED} if name not in _OURS))


def register_baseline(name, cls):
    """Let `make_baseline` of this process know a baseline by its name.

    Every process learns of it by an entry point of the group "st_keras.baselines".

    Args:
        name: str, without commas and spaces.
        cls: subclass of `Baseline`. Registering a name again, as a notebook does, replaces it.

    Returns:
        `cls`.

    Raises:
        ValueError: for something else, or the name of one of ours.

    Example:

    >>> from st_keras.baselines import Zero
    >>> class Drizzle(Zero):
    ...     def __init__(self, fill=None):
    ...         super().__init__(0.1, fill)
    >>> _ = register_baseline("drizzle", Drizzle)
    >>> make_baseline("drizzle").value
    0.1
    """
    _check_class("register_baseline", cls)
    if not isinstance(name, str) or not name or set(name) & set(", ") or name in _OURS:
        raise error(
            "register_baseline",
            f"name={name!r}",
            f"a name without commas and spaces, and none of {', '.join(_OURS)}",
            "Give the baseline another name.",
        )
    _REGISTERED[name] = cls
    return cls


def make_baseline(name, units=None, fill=None, **options):
    """Make the baseline of this name.

    Args:
        name: str, one of `baseline_names()`.
        units: str, of the frames: asked for by those that work on rain. Default None: not known.
        fill: float, what stands where a baseline knows nothing. Default None: NaN.
        options: further arguments of its class, such as `zr` of frames in dBZ.

    Returns:
        `Baseline`. One with `needs_fit` wants the training frames first.

    Raises:
        ValueError: for a name that none has, units that it cannot work on, a package that is not
            installed, an option that it does not take, or an entry point that is no baseline.

    Example:

    >>> make_baseline("climatology").needs_fit, make_baseline("persistence").needs_fit
    (True, False)
    """
    cls, arguments = _class_of(name)
    if cls.needs_units:
        arguments["units"] = units
    try:
        return cls(**{**arguments, **options}, fill=fill)
    except TypeError as reason:
        raise error(
            f"baseline {name!r}",
            f"options {', '.join(options) or 'fill'} ({reason})",
            f"arguments of {cls.__name__}",
            "Leave out what it does not take.",
        ) from reason


def make_frame_baseline(name):
    """Make the baseline of this name for frames of any kind, in any units.

    Args:
        name: str, one of `baseline_names()`. "advection" is `FrameAdvection` here.

    Returns:
        `Baseline`, which knows every pixel.

    Raises:
        ValueError: for a name that none has, or a baseline of rain alone.

    Example:

    >>> type(make_frame_baseline("advection")).__name__
    'FrameAdvection'
    """
    cls, arguments = _class_of(name)
    if name in _OF_FRAMES:
        place, arguments = _OF_FRAMES[name]
        cls = imported(place)
    if cls.needs_units:
        raise error(
            f"baseline {name!r}",
            f"{name!r}, a baseline of rain, for frames of any kind",
            "persistence, advection, climatology, zero, or one of yours that needs no units",
            "Leave it out, or verify rain by a protocol of rain.",
        )
    return cls(**arguments)


def check_baselines(where, names):
    """Refuse names that no baseline has, or that come twice; nothing is imported.

    Args:
        where: str. Who asks, such as "--baselines".
        names: sequence of str.

    Returns:
        tuple of str.

    Raises:
        ValueError: for such names.

    Example:

    >>> check_baselines("--baselines", ["persistence", "zero"])
    ('persistence', 'zero')
    """
    known, names = baseline_names(), tuple(names)
    for k, name in enumerate(names):
        if name not in known or name in names[:k]:
            raise error(
                where,
                f"{name!r}" + (" twice" if name in known else ""),
                f"names among {', '.join(known)}, each once",
                "Correct the name.",
            )
    return names


def _class_of(name):
    """Return the class of a name and its arguments."""
    check_baselines("baseline", [name])
    if name in _OURS:
        place, arguments = _OURS[name]
        return imported(place), dict(arguments)
    if name in _REGISTERED:
        return _REGISTERED[name], {}
    where = f"the entry point {name!r} of {ENTRY_POINTS}"
    return _check_class(where, imported(_others()[name])), {}


def _check_class(where, cls):
    from st_keras.baselines.baseline import Baseline

    if not (isinstance(cls, type) and issubclass(cls, Baseline)):
        raise error(
            where,
            f"{cls!r}",
            "a subclass of st_keras.baselines.Baseline",
            "Pass the class, not an instance.",
        )
    return cls


def _others():
    return entry_points(ENTRY_POINTS)
