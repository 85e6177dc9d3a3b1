"""Our classes are known to Keras wherever both are imported, and `import st_keras` alone is light.

`keras.models.load_model` finds a class by what was registered, and never imports it. So the modules
that register have to be imported, but they take seconds, which whoever asks for help on the command
line, or scores arrays, does not need.
"""

import functools
import importlib
import importlib.abc
import sys

REGISTERING = ("cells", "distributions", "layers", "losses", "models", "ops")
# These need TensorFlow, which other backends do not have loaded.
REGISTERING_WITH_TENSORFLOW = ("training", "metrics.video", "metrics.radar")


def register_with_keras():
    """Register our classes now if Keras is imported, else as soon as it is."""
    if "keras" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _AfterImport())


def _register():
    import keras

    modules = REGISTERING
    if keras.backend.backend() == "tensorflow":
        modules += REGISTERING_WITH_TENSORFLOW
    for module in modules:
        package = importlib.import_module(f"st_keras.{module}")
        for name in package.__all__:  # some are imported when first used
            getattr(package, name)


class _AfterImport(importlib.abc.MetaPathFinder):
    """Finds what others find, and registers once Keras is imported.

    Where a module of ours imports it, that is once this module is there: none may be half imported
    when all are.
    """

    def __init__(self):
        self._importing = False

    def find_spec(self, name, path=None, target=None):
        if name != "keras" and not name.startswith("st_keras."):
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec), None)
        if spec and spec.loader:
            execute = functools.partial(self._execute, spec.loader.exec_module)
            spec.loader.exec_module = execute
        return spec

    def _execute(self, execute, module):
        if self._importing:  # by the first of them
            execute(module)
            return
        self._importing = True
        try:
            execute(module)
            if "keras" in sys.modules and self in sys.meta_path:
                _register()
                sys.meta_path.remove(self)
        finally:
            self._importing = False  # what failed may be tried again
