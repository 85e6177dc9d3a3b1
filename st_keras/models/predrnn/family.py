"""PredRNN and PredRNN-V2."""

from st_keras.models.family import ModelFamily

PREDRNN = ModelFamily(
    name="predrnn",
    model="st_keras.models.predrnn.predrnn:PredRNN",
    published="st_keras.models.predrnn.published_weights:PUBLISHED",
)
