"""Learned perceptual distance per frame, as the package `lpips` computes it."""

import pathlib
import warnings

import numpy as np
import tensorflow as tf
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.validation import error, require

_REQUIRED = (
    "a PyTorch file with the weights of torchvision's AlexNet, a state dict with features.0.weight "
    "to features.10.bias"
)
_SMALLEST = 31  # pixels, below which a layer of AlexNet has no output


class LPIPS(PerLeadTimeMetric):
    """Learned perceptual image patch similarity (0: alike), the mean over frames.

    The network is AlexNet with the linear layers of version 0.1, which the package `lpips` brings;
    the weights of AlexNet itself come from a file that you name, and nothing is downloaded. Numbers
    of ports with VGG16 are others.

    Args:
        weights: path of a state dict of torchvision's `alexnet`, such as its
            "alexnet-owt-7be5be79.pth". It is read without unpickling anything else.
        protocol: str. How frames, scaled to [0, 1] and the forecast clipped, enter the network:
            "thuml" (default) as they are, though it expects [-1, 1]; "openstl" as 2 x - 1.
        max_value, min_value, horizon, name, dtype: see `PerLeadTimeMetric`.

    Methods, shapes and errors: see `PerLeadTimeMetric`. Frames have 1 channel, which stands for
    three, or 3, and at least 31 x 31 pixels. Missing values are not left out.

    Raises:
        ValueError: without the packages lpips and torchvision (extra [lpips]), or for a file that
            holds no such weights.

    Example (it needs the extra [lpips] and weights):

        metric = LPIPS("alexnet-owt-7be5be79.pth", protocol="openstl")
        metric.update_state(frames, forecast)

    References: [1] Zhang et al., The unreasonable effectiveness of deep features as a perceptual
        metric, CVPR 2018. [2] https://github.com/richzhang/PerceptualSimilarity
    """

    score = "lpips"
    better = "lower"
    perfect = 0.0
    digits = 4
    protocols = {
        "thuml": {
            "clip": True,
            "as_bytes": False,
            "window": _SMALLEST,
            "signed": False,
            "network": "AlexNet of lpips v0.1, images in [0, 1] where it expects [-1, 1]",
        },
        "openstl": {
            "clip": True,
            "as_bytes": False,
            "window": _SMALLEST,
            "signed": True,
            "network": "AlexNet of lpips v0.1, images in [-1, 1]",
        },
    }

    def __init__(self, weights, protocol="thuml", **keywords):
        super().__init__(protocol=protocol, **keywords)
        self.weights = str(weights)
        self._network = _network(pathlib.Path(weights))

    def score_frames(self, y_true, y_pred):
        """Return the LPIPS (N,) of prepared frames (N, H, W, C)."""
        scores = tf.numpy_function(self._distances, [y_true, y_pred], tf.float32, stateful=False)
        return ops.reshape(scores, (-1,))

    def check_shapes(self, true_shape, pred_shape):
        """Raise `ValueError` unless both shapes are one this metric can score."""
        super().check_shapes(true_shape, pred_shape)
        if true_shape[-1] is not None:
            check_channels("LPIPS", true_shape[-1])

    def get_config(self):
        """Return the constructor arguments."""
        return {**super().get_config(), "weights": self.weights}

    def _distances(self, y_true, y_pred):
        import torch

        check_channels("LPIPS", y_true.shape[-1])
        with torch.inference_mode():
            images = [
                torch.from_numpy(np.repeat(each, 3 // each.shape[-1], axis=-1)).movedim(-1, 1)
                for each in (y_true, np.clip(y_pred, 0.0, 1.0))
            ]
            return self._network(*images, normalize=self.facts["signed"]).numpy().ravel()


def check_channels(where, channels):
    """Raise `ValueError` for frames that are no images: the network takes 1 or 3 channels."""
    if channels not in (1, 3):
        raise error(
            where, f"frames of {channels} channels", "frames of 1 or 3 channels", "Leave LPIPS out."
        )


def _network(path):
    """Return the network of `lpips` with the backbone's weights in a file."""
    where = "LPIPS"
    torch = require(where, "torch", "PyTorch", "lpips")
    try:
        require(where, "torchvision", "torchvision", "lpips")
        package = require(where, "lpips", "lpips", "lpips")
    except RuntimeError as reason:  # of torchvision
        raise error(
            where,
            f"packages that do not work together ({reason})",
            "versions of PyTorch and torchvision that belong together",
            "Install both anew: pip install st_keras[lpips].",
        ) from reason
    if not path.is_file():
        raise error(where, f"{str(path)!r}, which is no file", _REQUIRED, "Check the path.")
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as reason:  # of many types, and with long texts
        received = f"{str(path)!r}, which PyTorch cannot read as weights ({type(reason).__name__})"
        raise error(where, received, _REQUIRED, "Download it again.") from reason
    with warnings.catch_warnings():
        # It calls torchvision by the names of an older version.
        warnings.simplefilter("ignore", UserWarning)
        network = package.LPIPS(net="alex", pnet_rand=True, verbose=False)
    wanted = network.net.state_dict()
    # slice1.0.weight is features.0.weight: each layer keeps its number.
    own = {name: f"features.{name.partition('.')[2]}" for name in wanted}
    known = weights if isinstance(weights, dict) else {}
    wrong = [
        theirs
        for name, theirs in own.items()
        if getattr(known.get(theirs), "shape", None) != wanted[name].shape
    ]
    if wrong:
        received = f"{str(path)!r}, which lacks {wrong[0]} or has another shape of it"
        raise error(where, received, _REQUIRED, "Pass the weights of alexnet.")
    network.net.load_state_dict({name: known[theirs] for name, theirs in own.items()})
    return network.eval().requires_grad_(False)
