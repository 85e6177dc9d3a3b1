"""Scores of rain and other intermittent fields, as nowcasters verify: events, scales, ensembles.

Functions of arrays need NumPy alone; what is imported when first used is in the module it names.
"""

from st_keras.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "contingency_table": ["ContingencyTable", "contingency"],
    },
)
