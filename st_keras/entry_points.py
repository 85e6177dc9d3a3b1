"""What other packages bring: the entry points of a group, and what a place in a module holds."""

import functools
import importlib
import importlib.metadata


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
