"""`Nowcaster` by the interface of pysteps' nowcasts, and among those that it knows by name."""

import dataclasses

import numpy as np

from st_keras.baselines.pysteps_module import quiet
from st_keras.integrations.nowcaster_of import nowcaster_of
from st_keras.validation import check_rank, error, require

__all__ = ["forecast", "register"]

_FORECAST, _REGISTER = "integrations.pysteps.forecast", "integrations.pysteps.register"


def forecast(precip, velocity, timesteps, model=None, optimise_for=None, members=None, seed=0):
    """Forecast rain as pysteps' nowcasts do; it needs no pysteps.

    As external nowcast of `pysteps.blending.steps.forecast`, which wants dB and, in front, the last
    fields seen, "rain" in mm/h (T, m, n):

        future = forecast(rain, velocity, 12, members=5)               # (5, 12, m, n), mm/h
        last = np.broadcast_to(rain[-1], (5, 1, *rain.shape[1:]))
        nowcast = np.concatenate([last, future], axis=1)               # (5, 13, m, n)
        nowcast, _ = pysteps.utils.dB_transform(nowcast, threshold=0.1, zerovalue=-15.0)
        pysteps.blending.steps.forecast(..., timesteps=12, n_ens_members=5, precip_nowcast=nowcast,
                                        nowcasting_method="external_nowcast", noise_method=None)

    One field, `forecast(...)[None]`, goes with noise_method="nonparametric".
    `pysteps.blending.linear_blending` takes the name of a nowcast: see `register`.

    Args:
        precip: array (T, m, n), rain rates in mm/h, oldest first, NaN or masked where there is no
            data. T is at least the model's `context_length`; the last fields are read.
        velocity: array (2, m, n), motion along x (columns), then y (rows), pixels per step, as
            pysteps' motion methods return it. None: the model's own.
        timesteps: int, so many lead times; or ascending whole numbers of steps, such as [3, 6].
        model: `Nowcaster`, or the folder or name of a preset, which is read once in a process.
            Default None: "nowcast_60min".
        optimise_for: as of `Nowcaster.forecast`. Default None: the decision of the model.
        members: int: an ensemble of so many. Default None: one field.
        seed: int. Equal seeds give equal members. Default 0.

    Returns:
        float32 array (timesteps, m, n), or (members, timesteps, m, n), mm/h; NaN where no field
        that is read has data.

    Raises:
        ValueError: for too few fields, values that are no rain rates, another shape of `velocity`,
            lead times that are not whole and ascending; and as `Nowcaster.forecast`.

    Example:

    >>> from st_keras.models import Nowcaster
    >>> rain = np.random.default_rng(0).gamma(0.5, 2.0, (6, 32, 48))
    >>> velocity = np.stack([np.full((32, 48), -1.0), np.full((32, 48), 2.0)])   # left and down
    >>> model = Nowcaster(residual=None)
    >>> forecast(rain, velocity, 3, model).shape, forecast(rain, None, [2, 4], model).shape
    ((3, 32, 48), (2, 32, 48))
    """
    model = nowcaster_of(_FORECAST, model)
    fields = _fields(precip, model.context_length)
    leads = _leads(timesteps)
    frames = model.forecast(
        fields[None, ..., None],
        horizon=int(leads[-1]),
        optimise_for=optimise_for,
        members=members,
        seed=seed,
        motion=None if velocity is None else _motion(velocity, fields.shape[1:])[None],
    )
    return np.take(frames[0, ..., 0], leads - 1, axis=-3)


def register(name="st_keras", model=None):
    """Make pysteps know `forecast` by a name, for this process.

        register()
        nowcast = pysteps.nowcasts.get_method("st_keras")
        nowcast(rain, velocity, 12, n_ens_members=5, seed=1)           # (5, 12, m, n)
        pysteps.blending.linear_blending.forecast(..., nowcast_method="st_keras")

    pysteps 1.21 takes plugins for importers and postprocessing alone. So the name is put into the
    table of `pysteps.nowcasts.interface`.

    Args:
        name: str, in capitals or not; none that pysteps has itself. Default "st_keras".
        model: as of `forecast`. Default None: "nowcast_60min", which is read at the first forecast.

    Returns:
        The function of `(precip, velocity, timesteps, n_ens_members=None, members=None,
        optimise_for=None, seed=0)`. Of pysteps' other settings it takes none; with seed=None each
        ensemble is another one.

    Raises:
        ValueError: for a name of pysteps; without pysteps, or with one that has no such table.
    """
    with quiet():  # it prints where its settings are
        interface = require(_REGISTER, "pysteps.nowcasts.interface", "pysteps", "radar")
    methods = getattr(interface, "_nowcast_methods", None)
    if not isinstance(methods, dict):
        raise error(
            _REGISTER,
            "a pysteps whose nowcasts.interface has no table of methods",
            "pysteps with the table that 1.21 has",
            "Call st_keras.integrations.pysteps.forecast itself.",
        )
    key = name.lower() if isinstance(name, str) else None  # as get_method looks for it
    if not key or not isinstance(methods.get(key, _Registered()), _Registered):
        raise error(
            _REGISTER,
            f"name={name!r}",
            f"a name other than those of pysteps: {', '.join(sorted(map(str, methods)))}",
            "Pass for example name='st_keras'.",
        )
    methods[key] = _Registered(model)
    return methods[key]


@dataclasses.dataclass(frozen=True)
class _Registered:
    """What `get_method` returns."""

    model: object = None

    def __call__(
        self,
        precip,
        velocity,
        timesteps,
        n_ens_members=None,
        members=None,
        optimise_for=None,
        seed=0,
        **others,
    ):
        """Forecast."""
        if others:
            raise error(
                _FORECAST,
                f"a nowcast with {', '.join(sorted(others))}",
                "n_ens_members or members, optimise_for, seed",
                "Leave out what only other methods of pysteps have.",
            )
        members = n_ens_members if members is None else members
        # As in pysteps: without a seed no ensemble comes twice.
        seed = int(np.random.default_rng().integers(2**31)) if seed is None else seed
        return forecast(precip, velocity, timesteps, self.model, optimise_for, members, seed)


def _fields(precip, context_length):
    """Return the last fields, float32 (context_length, m, n), NaN where there is no data."""
    fields = np.ma.filled(np.ma.asarray(precip).astype("float32"), np.nan)
    fields = fields[None] if fields.ndim == 2 else fields
    check_rank(_FORECAST, "precip", fields.shape, ("T", "m", "n"))
    if len(fields) < context_length:
        raise error(
            _FORECAST,
            f"precip of {len(fields)} field(s)",
            f"at least {context_length}, which the model reads",
            f"Pass precip[-{context_length}:], not the last field alone.",
        )
    fields = fields[-context_length:]
    wrong = int((np.isinf(fields) | (fields < 0)).sum())
    if wrong:
        raise error(
            _FORECAST,
            f"precip with {wrong} negative or infinite value(s)",
            "rain rates in mm/h, NaN where there is no data",
            "Convert it with pysteps.utils.to_rainrate; of dB take "
            "pysteps.utils.dB_transform(precip, metadata, inverse=True) first.",
        )
    return fields


def _leads(timesteps):
    """Return the lead times, ascending ints (L,)."""
    given = np.asarray(timesteps)
    steps = np.atleast_1d(given)
    numbers = given.ndim < 2 and steps.dtype.kind in "iuf" and steps.size > 0
    steps = steps.astype("float64") if numbers else np.zeros(1)
    whole = np.isfinite(steps).all() and (steps == np.floor(steps)).all()
    if not whole or steps[0] < 1 or (np.diff(steps) <= 0).any():
        raise error(
            _FORECAST,
            f"timesteps={timesteps!r}",
            "a number of steps from 1, or ascending ones: the model has no lead times between them",
            "Pass for example timesteps=12, or [3, 6, 12].",
        )
    leads = steps.astype(int)
    return leads if given.ndim else np.arange(1, leads[0] + 1)


def _motion(velocity, size):
    """Return pysteps' motion (x, y) as the model reads it, (m, n, 2), (down, right)."""
    velocity = np.asarray(velocity, "float32")
    if velocity.shape != (2, *size) or not np.isfinite(velocity).all():
        finite = "" if velocity.shape != (2, *size) else ", not all of it finite"
        raise error(
            _FORECAST,
            f"velocity of shape {velocity.shape}{finite}",
            f"finite numbers of shape {(2, *size)}: along x, then y, pixels per step",
            "Pass what a motion method of pysteps returns for these fields, or None.",
        )
    return np.stack([velocity[1], velocity[0]], axis=-1)
