"""Scores of rain and other intermittent fields, as nowcasters verify: events, scales, ensembles.

Functions of arrays need NumPy alone; the Keras metrics are imported when first used.
"""

from st_keras.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "amount_errors": ["ErrorSums", "error_sums", "rain_errors"],
        "block_resampling": ["Interval", "block_bootstrap"],
        "contingency_table": ["ContingencyTable", "contingency"],
        "ensemble_crps": ["CRPSSums", "crps", "crps_sums"],
        "event_metrics": [
            "CSI",
            "F1",
            "FAR",
            "GSS",
            "HSS",
            "MCC",
            "POD",
            "EventAccuracy",
            "FrequencyBias",
            "HanssenKuipers",
            "SuccessRatio",
        ],
        "fractions_skill": ["FractionSums", "fraction_sums", "fss"],
        "event_probabilities": [
            "ProbabilityTable",
            "probability_table",
            "stated_probability_table",
        ],
        "fss_metric": ["FSS"],
        "protocols": ["PROTOCOLS", "RainProtocol"],
        "rain_comparison": ["RainComparison", "compare_rain"],
        "rain_ratio": ["RainRatio"],
        "rain_scores": ["RainSums", "rain_sums", "score_rain"],
        "rain_tables": ["rain_table"],
        "rank_counts": ["rank_histogram"],
        "scores_of_counts": ["contingency_scores"],
        "spread_and_skill": ["spread_skill"],
    },
)
