"""What other packages bring: the entry points of a group, and what a place in a module holds."""

import functools
import importlib
import importlib.metadata

from st_keras.validation import error


@functools.cache  # it looks through all packages that are installed
def entry_points(group):
    """Return {name: "package.module:name"} of the entry points of a group; none is imported."""
    return {point.name: point.value for point in importlib.metadata.entry_points(group=group)}


def imported(place):
    """Return what "package.module:name" names.

    Example:

    >>> imported("os.path:basename")("a/b")
    'b'
    """
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def imported_from(group, name, place):
    """Return what the place of an entry point names, whatever its package raises.

    Args:
        group, name: str, of the entry point; the error begins with them.
        place: str, "package.module:name".

    Raises:
        ValueError: if it cannot be imported.

    Example:

    >>> imported_from("readers", "toy", "os.path:basename")("a/b")
    'b'
    """
    try:
        return imported(place)
    except Exception as reason:
        raise error(
            f"the entry point {name!r} of {group}",
            f"{place!r}, which cannot be imported ({type(reason).__name__}: {reason})",
            "a module that can be imported, and the name in it",
            "Correct the package that names it, or uninstall it.",
        ) from reason
