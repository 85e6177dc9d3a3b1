"""How far a compressed file may expand before it counts as made to fill the memory."""

# Radar composites, mostly dry, expand 33 times; dSprites, white shapes on black, 115 times; a white
# square of 8 x 8 in an empty frame of 64 x 64 pixels 410 times. DEFLATE comes to 1,032 times.
MOST_TIMES = 512
ALWAYS = 1 << 25  # bytes that any file may unpack to


class ExpansionError(ValueError):
    """A file that unpacks to more than its size lets one expect; the text says to how much."""


def check_expansion(unpacked, packed, most_times=MOST_TIMES):
    """Refuse to unpack what expands beyond all real data.

    Nothing may unpack to more than 32 MiB and 512 times the bytes it has in the file.

    Args:
        unpacked: int. Bytes that the file says it unpacks to.
        packed: int. Bytes of it in the file.
        most_times: int, in place of 512, where more is known of what is to be in the file.

    Raises:
        ExpansionError: if it would.

    Example:

    >>> check_expansion(unpacked=100_000_000, packed=1_000_000)
    >>> check_expansion(unpacked=10_000_000_000, packed=1_000_000)
    Traceback (most recent call last):
    st_keras.files.unpacked_size.ExpansionError: 10000.0 MB, packed into 1.0 MB, which is more \
than 32 MiB and 512 times that
    """
    if unpacked > ALWAYS + most_times * packed:
        raise ExpansionError(
            f"{unpacked / 1e6:.1f} MB, packed into {packed / 1e6:.1f} MB, which is more than "
            f"{ALWAYS >> 20} MiB and {most_times} times that"
        )
