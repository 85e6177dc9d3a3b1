"""What a channel is when frames are flipped and scaled: a number, or part of a vector."""

import dataclasses
import re

import numpy as np
import tensorflow as tf

from st_keras.validation import error

# Names of components of vectors, as archives have them. Speeds are none.
_COMPONENT = re.compile(
    r"^[uv]\d*$|^[uv]\d+m?$|^v[xy]$|^[uvxy]_?(wind|velocity|component|motion|flow)"
    r"|(east|north)ward|(wind|velocity|motion|flow)_?[uvxy]$",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class ChannelRoles:
    """Roles of channels. Made by `channel_roles`.

    Args:
        vectors: tuple of pairs of ints, components along columns and along rows.
        scaled: bool (C,), which are multiplied.
    """

    vectors: tuple
    scaled: np.ndarray

    def changed(self, frames, draw, factor, north_up):
        """Give vectors the direction they have in moved frames, and multiply what is scaled.

        Args:
            frames: (B, T, H, W, C), moved already.
            draw: dict of bool (B,): "transpose", then "rows" and "columns" flipped, "reverse".
            factor: float (B,).
            north_up: bool; whether row 0 is the northernmost.
        """
        parts = tf.unstack(frames, axis=-1)
        # Northward components point against the rows if row 0 is the northernmost.
        along = -1 if north_up else 1
        for u, v in self.vectors:
            x, y = parts[u], parts[v]
            turned = draw["transpose"][:, None, None, None]
            x, y = tf.where(turned, along * y, x), tf.where(turned, along * x, y)
            back = _sign(draw["reverse"], x.dtype)
            parts[u] = x * _sign(draw["columns"], x.dtype) * back
            parts[v] = y * _sign(draw["rows"], x.dtype) * back
        for c in np.flatnonzero(self.scaled):
            parts[c] = parts[c] * tf.cast(factor, parts[c].dtype)[:, None, None, None]
        return tf.stack(parts, axis=-1)


def channel_roles(where, num_channels, channels, vectors, scaled, moves, scales):
    """Tell what each channel is.

    Args:
        where: str. Who asks; the errors begin with it.
        num_channels: int, C.
        channels, vectors, scaled: as of `augment`.
        moves: bool. Whether frames are flipped, turned or reversed.
        scales: bool. Whether values are multiplied.

    Returns:
        `ChannelRoles`.

    Raises:
        ValueError: for names that are not there, components of vectors that are in no pair, or
            several channels of which nobody says which are scaled.

    Example:

    >>> channel_roles("doc", 3, ("rain", "u", "v"), [("u", "v")], ["rain"], True, True)
    ChannelRoles(vectors=((1, 2),), scaled=array([ True, False, False]))
    """
    names = tuple(map(str, range(num_channels))) if channels is None else tuple(channels)
    if len(names) != num_channels or len(set(names)) < num_channels:
        raise error(
            where,
            f"channels={channels!r} for frames of {num_channels} channel(s)",
            "a name of its own for each channel, in the order of the last axis",
            "Pass dataset.channels.",
        )
    pairs = tuple(tuple(map(str, pair)) for pair in vectors)
    flat = [name for pair in pairs for name in pair]
    wrong = any(len(pair) != 2 for pair in pairs) or len(set(flat)) < len(flat)
    if wrong or not set(flat) <= set(names):
        raise error(
            where,
            f"vectors={vectors!r} of channels {', '.join(names)}",
            "pairs of names, each channel once",
            "Pass for example vectors=[('u', 'v')].",
        )
    loose = [name for name in names if _COMPONENT.search(name) and name not in flat]
    if moves and loose:
        raise error(
            where,
            f"channels {', '.join(loose)}, which look like components of a vector, in no pair",
            "vectors=[(eastward, northward), ...]: a flip changes their sign, a turn exchanges "
            "them",
            "Name the pair, rename what is no component, or leave flips, turns and time_reversal "
            "out.",
        )
    if scales and scaled is None and num_channels > 1:
        raise error(
            where,
            f"scaling of {num_channels} channels",
            "scaled=, names of those that it multiplies",
            f"Pass for example scaled=[{names[0]!r}].",
        )
    chosen = names if scaled is None else (scaled,) if isinstance(scaled, str) else tuple(scaled)
    if not set(chosen) <= set(names) or not chosen:
        raise error(
            where,
            f"scaled={scaled!r} of channels {', '.join(names)}",
            "names of channels",
            "Name those that scaling multiplies.",
        )
    places = tuple(tuple(names.index(name) for name in pair) for pair in pairs)
    return ChannelRoles(places, np.array([scales and name in chosen for name in names]))


def _sign(flipped, dtype):
    return tf.where(flipped, tf.constant(-1, dtype), tf.constant(1, dtype))[:, None, None, None]
