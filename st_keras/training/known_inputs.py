"""What `Forecaster.forecast` accepts as inputs that are known in advance."""

import numpy as np

from st_keras.validation import check_rank, error

WHERE = "Forecaster.forecast"
AXES = ("N", "horizon - 1", "H", "W")


def known_array(known, context, horizon, reader):
    """Return the known inputs as one array, or raise `ValueError`.

    Args:
        known: dict from the names of the inputs that are known to arrays (N, horizon - 1 or more,
            H, W) in the user's units: theirs at the frames that are forecast, in order. None: none.
        context: array (N, T, H, W, C).
        horizon: int.
        reader: `FrameReader` of the model.

    Returns:
        float32 array (N, horizon - 1, H, W, K), or None where the model has no such input.
    """
    names = reader.channels.known
    if sorted(map(str, known or ())) != sorted(names):
        raise error(
            WHERE,
            f"known inputs {sorted(map(str, known or ()))}",
            f"{list(names)}, which future_inputs says are known" if names else "none",
            "Pass known={name: array (N, horizon - 1, H, W)} for each of them and no others.",
        )
    if not names:
        return None
    arrays = []
    for name in names:
        array = np.asarray(known[name])
        check_rank(WHERE, f"known[{name!r}]", array.shape, AXES)
        required = (len(context), horizon - 1, *context.shape[2:4])
        fits = array.shape[0] == required[0] and array.shape[2:] == required[2:]
        if not fits or array.shape[1] < required[1]:
            raise error(
                WHERE,
                f"known[{name!r}] of shape {array.shape} with horizon={horizon}",
                f"shape {required}, or more steps: one frame for each that is forecast but the "
                "last",
                "Cut the input as the context was cut.",
            )
        check_values(f"known[{name!r}]", array, reader.masked)
        arrays.append(array[:, : horizon - 1].astype("float32"))
    return np.stack(arrays, axis=-1)


def check_values(name, array, masked):
    """Refuse what is no real number, infinity, and NaN unless it means missing values."""
    if array.dtype.kind not in "fiub":
        raise error(
            WHERE,
            f"{name} of dtype {array.dtype}",
            "real numbers (float, int or uint8)",
            f"Convert with {name}.astype('float32').",
        )
    wrong = np.isinf(array) if masked else ~np.isfinite(array)
    if not wrong.any():
        return
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    what = "infinite" if masked else "NaN or infinite"
    raise error(
        WHERE,
        f"{np.count_nonzero(wrong)} {what} values, the first at {first}"
        + ("" if name == "context" else f" of {name}"),
        "finite values, or NaN where there is no data" if masked else "finite values",
        "Write NaN where there is no data, or clean the data."
        if masked
        else f"Fill missing pixels, for example with numpy.nan_to_num({name}); or train with "
        "missing='mask', and pass NaN.",
    )
