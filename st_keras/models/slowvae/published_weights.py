"""SlowVAE's published checkpoints."""

from st_keras.models.published_weights import PublishedWeights
from st_keras.models.slowvae.encoder import REDUCTION
from st_keras.models.slowvae.slowvae import SlowVAE
from st_keras.validation import error

# Places of the layers with weights in the `nn.Sequential` of SlowVAE's reference code.
ENCODER_PLACES = (0, 2, 4, 6, 8, 11)
DECODER_PLACES = (0, 3, 5, 7, 9, 11)
IMAGE_SIZE = (64, 64)


def _names(model):
    encoder = (*model.encoder.convolutions, model.encoder.moments)
    decoder = (model.decoder.hidden, *model.decoder.convolutions)
    for part, places, layers in (
        ("encoder", ENCODER_PLACES, encoder),
        ("decoder", DECODER_PLACES, decoder),
    ):
        for place, layer in zip(places, layers, strict=True):
            yield f"{part}.{place}.weight", layer.kernel
            yield f"{part}.{place}.bias", layer.bias


def _infer(checkpoint, image_shape):
    channels = checkpoint.shape("encoder.0.weight", 4)[1]
    rest = checkpoint.shape("encoder.8.weight", 4)[2:]
    theirs = (*(REDUCTION * size for size in rest), channels)
    if image_shape not in (None, theirs):
        raise error(
            checkpoint.where,
            f"image_shape={image_shape} for a SlowVAE that reads images of shape {theirs}",
            f"image_shape={theirs}, or none: the weights tell it",
            "Leave image_shape out.",
        )
    moments = checkpoint.shape("encoder.11.weight", 2)[0]
    latents = checkpoint.shape("decoder.0.weight", 2)[1]
    if moments != 2 * latents:
        raise error(
            checkpoint.where,
            f"an encoder with {moments} outputs and a decoder that reads {latents} latents",
            "two outputs, mean and log-variance, for each latent",
            "A network that was trained with --pcl has no log-variances and is no SlowVAE.",
        )
    return {"latent_size": latents}, theirs


def _required(model):
    return {"image size": (model.image_shape[:2], IMAGE_SIZE)}


PUBLISHED = (
    PublishedWeights(
        network=SlowVAE,
        title="SlowVAE",
        recognizes=lambda checkpoint: "encoder.0.weight" in checkpoint,
        infer=_infer,
        named_variables=_names,
        required=_required,
        layout="model_states",
        untold=("beta", "gamma", "rate", "objective", "likelihood"),
    ),
)
