"""ModeRNN, with slots for mixed dynamics."""

from st_keras.models.family import ModelFamily

MODERNN = ModelFamily(
    name="modernn",
    model="st_keras.models.modernn.modernn:ModeRNN",
    published="st_keras.models.modernn.published_weights:PUBLISHED",
)
