"""How many samples each score takes, under a name.

`num_samples` is the number of rows drawn, `num_test` that of further rows for testing (0: the
scores hold back a third of theirs); `scores` gives, for each score, the rows it takes at most and
its options.

"quick": 10,000 rows for all scores and a random forest in DCI: under a minute on one CPU core for
10 latents and 5 factors.

"reference": the numbers of samples and the settings of disentanglement_lib [1] as the SlowVAE code
[2] configures it; the gradient boosting of DCI then takes minutes.

References:
    [1] https://github.com/google-research/disentanglement_lib
    [2] https://github.com/bethgelab/slow_disentanglement (metric_configs)
"""

_POINTS = {"batch_size": 64, "num_train": 10_000, "num_eval": 5_000}

PROTOCOLS = {
    "quick": {
        "num_samples": 10_000,
        "num_test": 0,
        "scores": {
            "beta_vae_score": (10_000, _POINTS),
            "factor_vae_score": (10_000, _POINTS),
            "mig": (10_000, {"bins": 20}),
            "dci": (10_000, {"estimator": "random_forest"}),
            "modularity": (10_000, {"bins": 20}),
            "explicitness": (10_000, {}),
            "sap": (10_000, {}),
            "mcc": (10_000, {"method": "spearman", "padding": "noise"}),
        },
    },
    "reference": {
        "num_samples": 100_000,
        "num_test": 5_000,
        "scores": {
            "beta_vae_score": (100_000, _POINTS),
            "factor_vae_score": (
                100_000,
                {**_POINTS, "num_variance_estimate": 10_000, "prune_std": 0.05},
            ),
            "mig": (100_000, {"bins": 20}),
            "dci": (10_000, {"estimator": "gradient_boosting"}),
            "modularity": (100_000, {"bins": 20}),
            "explicitness": (100_000, {}),
            "sap": (10_000, {}),
            "mcc": (10_000, {"method": "spearman", "padding": "noise"}),
        },
    },
}
