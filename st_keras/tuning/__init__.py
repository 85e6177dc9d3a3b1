"""Search spaces for keras-tuner, the optional package of `pip install 'st_keras[tune]'`.

Stands above training, beside export.
"""

from st_keras.tuning.modernn_hyper_model import ModeRNNHyperModel
from st_keras.tuning.predrnn_hyper_model import PredRNNHyperModel
from st_keras.tuning.slowvae_hyper_model import SlowVAEHyperModel

__all__ = ["ModeRNNHyperModel", "PredRNNHyperModel", "SlowVAEHyperModel"]
