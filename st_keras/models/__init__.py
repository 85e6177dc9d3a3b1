"""Networks: no loss, no optimizer, no files. Row 5 of the layering."""

from st_keras.models.predrnn.predrnn import PredRNN

__all__ = ["PredRNN"]
