"""What `setup.cfg` cannot say: a wheel has the trained models of `saved_models/` in it."""

import json
import pathlib

from setuptools import setup
from setuptools.command.build_py import build_py

MODELS = pathlib.Path("saved_models")
FILES = ("config.json", "metadata.json", "model.weights.h5")


class BuildWithModels(build_py):
    """Build the package, and put the models that `manifest.json` lists into it.

    Exports and presets of one's own, which lie in the same folder, stay out. In an editable
    installation nothing is copied: `st_keras.models.shipped_models` looks beside the package.
    """

    def run(self):
        """Copy modules and package data, then the models."""
        super().run()
        if self.editable_mode:
            return
        for source, target in self._models():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target))

    def get_outputs(self, include_bytecode=True):
        """Return the paths of all that is built."""
        models = [] if self.editable_mode else self._models()
        return super().get_outputs(include_bytecode) + [str(target) for _, target in models]

    def _models(self):
        manifest = json.loads((MODELS / "manifest.json").read_text(encoding="utf-8"))
        inside = pathlib.Path(self.build_lib) / "st_keras" / MODELS
        return [
            (MODELS / name / file, inside / name / file)
            for name in manifest["presets"]
            for file in FILES
        ]


setup(cmdclass={"build_py": BuildWithModels})
