"""The size of a same-padded convolution."""

from st_keras.validation import check_int, error


def check_kernel_size(where, kernel_size):
    """Return (rows, columns) of an odd int or a pair of odd ints."""
    pair = kernel_size if isinstance(kernel_size, (list, tuple)) else (kernel_size, kernel_size)
    if len(pair) != 2:
        raise error(
            where,
            f"kernel_size={kernel_size!r}",
            "an odd int or a pair of odd ints",
            "Pass kernel_size=5 or kernel_size=(5, 3).",
        )
    pair = tuple(check_int(where, "kernel_size", k, 1) for k in pair)
    if any(k % 2 == 0 for k in pair):
        raise error(
            where,
            f"kernel_size={kernel_size!r}",
            "odd sizes, so that the convolution is centred on its pixel",
            "Pass kernel_size=3 or kernel_size=5.",
        )
    return pair
