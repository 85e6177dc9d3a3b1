"""Golden values of the PyTorch reference code, from `../shared/golden` beside the repository."""

import json
import pathlib

import numpy as np
import pytest

from st_keras.export import assign_reference_weights
from st_keras.export.reference_weights import to_channels_last
from st_keras.models import ModeRNN, PredRNN
from st_keras.ops import patches_to_frames

FOLDER = pathlib.Path(__file__).resolve().parents[1].parent / "shared" / "golden"

# PyTorch adds epsilon after bias correction, Keras before: equal at the first step with this one.
ADAM_EPSILON = 1e-8 * np.sqrt(1 - 0.999)


class Golden:
    """One golden file: `meta`, and arrays by name."""

    def __init__(self, name):
        path = FOLDER / f"{name}.npz"
        if not path.is_file():
            pytest.skip(f"needs {path.name} in ../shared/golden beside the repository")
        with np.load(path, allow_pickle=False) as file:
            self.arrays = {key: file[key] for key in file.files}
        self.name = name
        self.meta = json.loads(str(self.arrays.pop("meta")))
        self.decoupling = "v2" in name

    def __getitem__(self, key):
        return self.arrays[key]

    def group(self, prefix):
        """Return the arrays named `<prefix>/<name>` by name."""
        start = len(prefix) + 1
        return {k[start:]: v for k, v in self.arrays.items() if k.startswith(prefix + "/")}

    def frames(self):
        """Input frames (B, T, H, W, C)."""
        return self.unpatched("frames_patched")

    def unpatched(self, key):
        """One of the arrays in patch space, as frames."""
        return np.asarray(patches_to_frames(self[key], self.meta["patch_size"]))

    def observed_mask(self):
        """Mask (B, T-1) that says the same as `true_frame_flags`."""
        flags = self["true_frame_flags"]
        batch, length = self["frames_patched"].shape[:2]
        mask = np.ones((batch, length - 1), "float32")
        mask[:, mask.shape[1] - flags.shape[1] :] = flags
        return mask

    def network(self, frames_shape):
        """Return our network with the reference's weights."""
        sizes = {"filters": self.meta["num_hidden"], "patch_size": self.meta["patch_size"]}
        if "num_slots" in self.meta:
            network = ModeRNN(num_slots=self.meta["num_slots"], **sizes)
        else:
            network = PredRNN(
                kernel_size=self.meta["filter_size"],
                layer_norm=bool(self.meta["layer_norm"]),
                decoupling=self.decoupling,
                **sizes,
            )
        network.build((None, None, *frames_shape[2:]))
        assign_reference_weights(network, self.group("param"))
        return network

    def gradient(self, name):
        """The reference's gradient of one weight, in the axes of Keras."""
        return to_channels_last(name, self[f"grad/{name}"])
