"""Packages whose public names are imported when first used."""

import importlib


def lazy_names(package, modules):
    """Return what a package defines to have its names imported when first used (PEP 562).

    Args:
        package: str, the `__name__` of the package.
        modules: dict of module names to the public names that each defines. The name of a module
            is that below the package, or begins with "st_keras.".

    Returns:
        `(__getattr__, __dir__, __all__)`.

    Raises:
        AttributeError: by `__getattr__`, for any other name.

    Example:

    >>> get, _, names = lazy_names("email", {"mime.text": ["MIMEText"]})
    >>> names, get("MIMEText")
    (['MIMEText'], <class 'email.mime.text.MIMEText'>)
    """
    where = {name: module for module, names in modules.items() for name in names}

    def get(name):
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = where[name]
        path = module if module.startswith("st_keras.") else f"{package}.{module}"
        return getattr(importlib.import_module(path), name)

    return get, lambda: sorted(where), sorted(where)
