"""The published datasets by name: the files beside this one, registered ones, entry points."""

import functools
import importlib
import pkgutil

from st_keras.datasets import published
from st_keras.datasets.published.published_dataset import PublishedDataset
from st_keras.entry_points import entry_points, imported_from
from st_keras.validation import check_one_of, error

ENTRY_POINTS = "st_keras.published_datasets"
_REGISTERED = {}


def published_names():
    """Return the names of all published datasets; none from outside is imported for it.

    Example:

    >>> published_names()[:3]
    ('bair', 'kth', 'moving_mnist')
    """
    return tuple(dict.fromkeys((*_ours(), *entry_points(ENTRY_POINTS), *_REGISTERED)))


def published_dataset(name):
    """Return the published dataset of this name.

    Args:
        name: str, one of `published_names()`.

    Returns:
        `PublishedDataset`.

    Raises:
        ValueError: for a name that nobody has, or an entry point that is no such dataset or cannot
            be imported.

    Example:

    >>> kth = published_dataset("kth")
    >>> kth.image_shape, kth.context_length, kth.horizon
    ((128, 128, 1), 10, 20)
    """
    check_one_of("published_dataset", "name", name, published_names())
    known = {**_ours(), **_REGISTERED}
    found = known.get(name)
    if found is None:
        found = imported_from(ENTRY_POINTS, name, entry_points(ENTRY_POINTS)[name])
    if not isinstance(found, PublishedDataset) or found.name != name:
        raise error(
            f"the entry point {name!r} of {ENTRY_POINTS}",
            f"{found!r}",
            "a PublishedDataset whose name is that of the entry point",
            "Correct the package that names it, or uninstall it.",
        )
    return found


def register_dataset(new):
    """Let this process know a published dataset from outside of the package.

    Every process learns of it by an entry point of the group "st_keras.published_datasets" that has
    its name.

    Args:
        new: `PublishedDataset`. It takes the place of one registered before by the same name.

    Raises:
        ValueError: for something else, or the name of one of ours.
    """
    taken = isinstance(new, PublishedDataset) and new.name in _ours()
    if taken or not isinstance(new, PublishedDataset):
        raise error(
            "register_dataset",
            f"the name {new.name!r}, which is taken" if taken else f"{new!r}",
            "a PublishedDataset with a name of its own",
            f"Taken are {', '.join(_ours())}.",
        )
    _REGISTERED[new.name] = new


@functools.cache
def _ours():
    """The datasets of the files beside this one, by their names."""
    found = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(published.__path__)):
        module = importlib.import_module(f"{published.__name__}.{name}")
        if hasattr(module, "DATASET"):
            found[module.DATASET.name] = module.DATASET
    return found
