"""Networks: no loss, no optimizer, no files. Row 5 of the layering."""

from st_keras.models.predrnn.predrnn import PredRNN
from st_keras.models.slowvae.slowvae import SlowVAE

__all__ = ["PredRNN", "SlowVAE"]
