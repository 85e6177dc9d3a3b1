"""Golden values of the PyTorch reference code: one file, and our network with its weights."""

import json
import pathlib

import numpy as np

from st_keras.models import ModeRNN, PredRNN, SlowVAE
from st_keras.ops import patches_to_frames

FOLDER = pathlib.Path(__file__).resolve().parents[1].parent / "shared" / "golden"


class GoldenFile:
    """One golden file: `meta`, and arrays by name.

    Args:
        path: of an `.npz` file.
    """

    def __init__(self, path):
        path = pathlib.Path(path)
        with np.load(path, allow_pickle=False) as file:
            self.arrays = {key: file[key] for key in file.files}
        self.name = path.stem
        self.meta = json.loads(str(self.arrays.pop("meta")))
        self.decoupling = "v2" in self.name

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

    def pairs(self):
        """Pairs of images (B, 2, H, W, C) and their noise (B, 2, latents), of a SlowVAE file."""
        images = self["images_nchw"].transpose(0, 2, 3, 1)
        noise = self["eps"].reshape(-1, 2, self.meta["latent_dim"])
        return images.reshape(-1, 2, *images.shape[1:]), noise

    def network(self, frames_shape):
        """Return our network with the reference's weights.

        Args:
            frames_shape: (B, T, H, W, C).
        """
        from st_keras.export import assign_reference_weights  # needs TensorFlow

        if "latent_dim" in self.meta:
            meta = self.meta
            network = SlowVAE(meta["latent_dim"], meta["beta"], meta["gamma"], meta["rate"])
        elif "num_slots" in self.meta:
            network = ModeRNN(num_slots=self.meta["num_slots"], **self._sizes())
        else:
            network = PredRNN(
                kernel_size=self.meta["filter_size"],
                layer_norm=bool(self.meta["layer_norm"]),
                decoupling=self.decoupling,
                **self._sizes(),
            )
        network.build((None, None, *frames_shape[2:]))
        assign_reference_weights(network, self.group("param"))
        return network

    def gradient(self, name):
        """The reference's gradient of one weight, in the axes of Keras."""
        from st_keras.export.reference_weights import to_channels_last  # needs TensorFlow

        return to_channels_last(name, self[f"grad/{name}"])

    def _sizes(self):
        return {"filters": self.meta["num_hidden"], "patch_size": self.meta["patch_size"]}
