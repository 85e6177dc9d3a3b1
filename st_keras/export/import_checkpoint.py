"""A checkpoint of the published PyTorch codes becomes a model of ours."""

from collections.abc import Mapping

from st_keras.export.architecture import infer_architecture
from st_keras.export.checkpoint_file import read_checkpoint
from st_keras.export.reference_weights import assign_reference_weights
from st_keras.export.state_dict import state_dict_of
from st_keras.models import SlowVAE
from st_keras.training import Forecaster

WHERE = "import_torch_checkpoint"


def import_torch_checkpoint(
    path_or_mapping, image_shape=None, context_length=10, normalization=None, **arguments
):
    """Make a model from a checkpoint of the published PyTorch codes.

    The network is inferred from the names and shapes of the weights: which one, its layers,
    filters, kernel size, patch size, layer norm, decoupling, size of the actions, slots, latents.

    | network | codes whose names it reads |
    |---|---|
    | `PredRNN` | thuml/predrnn-pytorch since 2021, V1 and V2; OpenSTL, PredRNN and PredRNN-V2 |
    | `ActionConditionedPredRNN` | thuml/predrnn-pytorch, V1 and V2, conv_on_input=1 |
    | `ModeRNN` | thuml/ModeRNN |
    | `SlowVAE` | bethgelab/slow_disentanglement |

    How they were verified: outputs of V1, V2 (with and without layer norm), action-conditioned V2,
    ModeRNN and SlowVAE agree with those of the reference codes for weights under their own names.
    The names of OpenSTL and of action-conditioned V1 were read in their sources. No published
    checkpoint file has been imported in a test.

    A checkpoint with an adapter is PredRNN-V2, one without is V1: none of these V1 codes has one.
    Inference is the same; pass `decoupling=False` to go on with the weights of V2 as V1. What was
    trained as Ada-GVAE or Ada-ML-VAE (--gvae, --mlvae) has the names of SlowVAE and is read as one.

    Args:
        path_or_mapping: path of a PyTorch file (.ckpt, .pth, .pt, .tar or any name; needs
            PyTorch), a .safetensors file (needs safetensors; both come with
            `pip install 'st_keras[torch]'`), or a .npz file; or a mapping from names to arrays or
            tensors. The weights may stand under "net_param", "state_dict", "model_states" or "net",
            and have the prefixes "module." and "model."; float16 and bfloat16 become float32.
        image_shape: (H, W, C) of the frames. SlowVAE needs none. Default None.
        context_length: int >= 1, of the `Forecaster`. Not told by a checkpoint. Default 10.
        normalization: `FrameNormalization` from the user's units to [0, 1], which the published
            networks are trained on, of the `Forecaster`. Default: frames are within [0, 1].
        **arguments: constructor arguments of the network in place of what was inferred, and of
            what no checkpoint tells: `forget_bias` (1.0); `residual` (True), which is `res_on_conv`
            of action-conditioned networks; `softmax_importance`, `separate_slots`, `slot_scale`
            (False) of ModeRNN; `beta`, `gamma`, `rate`, `objective`, `likelihood` of SlowVAE;
            `dtype`.

    Returns:
        A built `Forecaster`, or a built `SlowVAE`. Not compiled.

    Raises:
        ValueError: if the file is missing, damaged, of another format, or holds pickled objects
            (which are never run); if a package that reads it is not installed; if its weights are
            those of no network known here, or not finite; if `image_shape` is missing or does not
            fit; if names or shapes do not match one to one, and then both sides are listed.

    Example:

    >>> import numpy as np
    >>> from st_keras.export import export_torch_checkpoint
    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(8, 8), kernel_size=3, patch_size=2)
    >>> network.build((None, None, 16, 16, 1))
    >>> path = export_torch_checkpoint(network, "weights.npz")
    >>> model = import_torch_checkpoint(path, image_shape=(16, 16, 1))
    >>> model.network.filters, model.network.kernel_size, model.network.patch_size
    ((8, 8), 3, 2)
    >>> model.forecast(np.zeros((1, 10, 16, 16, 1), "float32"), horizon=3).shape
    (1, 3, 16, 16, 1)
    """
    content = path_or_mapping
    if not isinstance(content, Mapping):
        content = read_checkpoint(WHERE, content)
    weights = state_dict_of(WHERE, content)
    network = infer_architecture(WHERE, weights, image_shape, arguments).build()
    assign_reference_weights(network, weights, where=WHERE)
    if isinstance(network, SlowVAE):
        return network
    model = Forecaster(network, context_length, normalization=normalization)
    model.build((None, None, *map(int, image_shape)))
    return model
