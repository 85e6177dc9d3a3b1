"""Scores of disentanglement of plain arrays of codes and factors."""

from st_keras.metrics.disentanglement.beta_vae_score import beta_vae_score
from st_keras.metrics.disentanglement.dci import dci
from st_keras.metrics.disentanglement.evaluate import evaluate
from st_keras.metrics.disentanglement.evaluation import Evaluation
from st_keras.metrics.disentanglement.explicitness import explicitness
from st_keras.metrics.disentanglement.factor_vae_score import factor_vae_score
from st_keras.metrics.disentanglement.mcc import mcc
from st_keras.metrics.disentanglement.mig import mig
from st_keras.metrics.disentanglement.modularity import modularity
from st_keras.metrics.disentanglement.protocols import PROTOCOLS
from st_keras.metrics.disentanglement.sap import sap
from st_keras.metrics.disentanglement.score import Score
from st_keras.metrics.disentanglement.scores_table import scores_table
from st_keras.metrics.disentanglement.udr import udr

__all__ = [
    "PROTOCOLS",
    "Evaluation",
    "Score",
    "beta_vae_score",
    "dci",
    "evaluate",
    "explicitness",
    "factor_vae_score",
    "mcc",
    "mig",
    "modularity",
    "sap",
    "scores_table",
    "udr",
]
