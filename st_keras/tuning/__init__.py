"""Search spaces for keras-tuner, the optional package of `pip install 'st_keras[tune]'`.

Stands above training, beside export.
"""

from st_keras.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "modernn_hyper_model": ["ModeRNNHyperModel"],
        "nowcaster_hyper_model": ["NowcasterHyperModel"],
        "predrnn_hyper_model": ["PredRNNHyperModel"],
        "slowvae_hyper_model": ["SlowVAEHyperModel"],
    },
)
