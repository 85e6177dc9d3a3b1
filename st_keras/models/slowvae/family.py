"""SlowVAE and beta-VAE."""

from st_keras.models.family import ModelFamily

SLOWVAE = ModelFamily(
    name="slowvae",
    model="st_keras.models.slowvae.slowvae:SlowVAE",
    published="st_keras.models.slowvae.published_weights:PUBLISHED",
)
