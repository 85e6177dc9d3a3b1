"""Ensembles of the Nowcaster beside those of pysteps' STEPS: CRPS, spread and error, ranks."""

import contextlib
import io

import numpy as np

from benchmarks.nowcast_folds.fold_scores import BLOCK
from benchmarks.radar_series import FOLDER, SERIES
from st_keras.baselines.decibels import THRESHOLD, decibels, rates_of
from st_keras.baselines.motion import motion_of
from st_keras.metrics.radar import block_bootstrap, crps_sums, rank_histogram, spread_skill

WET = 0.1  # mm/h
FEWEST = 500  # wet pixels of a lead time whose spread and ranks are told
_KILOMETRES = 4  # of a pixel


def score_ensembles(name, model, members, seed=0, folder=FOLDER):
    """Return the scores of both ensembles on a series.

    Args:
        name: str, a key of `SERIES`.
        model: `Nowcaster`.
        members: int of at least 2.
        seed: int.
        folder: path of the radar files.

    Returns:
        dict, "nowcaster" and "steps" -> see `scores_of`.
    """
    context, truth = SERIES[name].windows(folder)
    horizon, minutes = truth.shape[1], SERIES[name].protocol.minutes
    ensembles = {
        "nowcaster": model.forecast(context, horizon, members=members, seed=seed),
        "steps": steps_ensemble(context, horizon, members, minutes, seed),
    }
    return {method: scores_of(truth, np.nan_to_num(of)) for method, of in ensembles.items()}


def steps_ensemble(context, horizon, members, minutes, seed):
    """Return pysteps' STEPS on tuned motion, (B, M, T, H, W, 1), mm/h; NaN is not known."""
    from pysteps.nowcasts.steps import forecast

    found = []
    for number, frames in enumerate(context[..., 0]):
        fields = decibels(frames)
        motion = motion_of("steps", fields, tuned=True)
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            members_db = forecast(
                fields[-3:],
                motion,
                horizon,
                n_ens_members=members,
                n_cascade_levels=6,
                precip_thr=THRESHOLD,
                kmperpixel=_KILOMETRES,
                timestep=minutes,
                seed=seed + number,
            )
        found.append(rates_of(members_db))
    return np.stack(found)[..., None]


def scores_of(truth, members):
    """Return dict of lists by lead time, None where there are too few wet pixels or blocks.

    Args:
        truth: (B, T, H, W, 1), NaN where it is missing.
        members: (B, M, T, H, W, 1).

    Returns:
        "crps" in mm/h over all valid pixels, and "crps_interval" of its mean over lead times;
        "ratio" of spread and error, and "flat": the share of ranks whose frequency does not differ
        from that of a flat histogram, both over pixels where truth or a member is wet; "ranks",
        their counts; "wet", how many pixels.
    """
    sums = crps_sums(truth, members, by_window=True)
    blocks = np.arange(len(truth)) // BLOCK
    parts = {"errors": sums.errors, "spread": sums.spread, "valid": sums.valid}

    def crps(of):
        return ((of["errors"] - of["spread"]) / of["valid"]).mean()

    interval = block_bootstrap(parts, crps, blocks)
    with np.errstate(invalid="ignore"):
        wet = (truth >= WET) | (members >= WET).any(axis=1)
    wet &= ~np.isnan(truth)
    counted = wet.sum(axis=(0, 2, 3, 4))
    told = counted >= FEWEST
    ratio = spread_skill(np.where(wet, truth, np.nan), members)["ratio"]
    ranks = np.stack(
        [
            rank_histogram(truth[i : i + 1], members[i : i + 1], least=WET, seed=i)
            for i in range(len(truth))
        ]
    )  # (B, T, M + 1)
    with np.errstate(invalid="ignore"):  # a dry lead time has no ranks
        shares = block_bootstrap(
            {"ranks": ranks},
            lambda of: of["ranks"] / of["ranks"].sum(axis=-1, keepdims=True),
            blocks,
        )
    even = 1 / ranks.shape[-1]
    flat = ((shares.low <= even) & (even <= shares.high)).mean(axis=-1)
    several = shares.blocks > 1  # else there is no interval
    return {
        "crps": sums.score().tolist(),
        "crps_mean": float(interval.value),
        "crps_interval": [float(interval.low), float(interval.high)] if several else None,
        "wet": counted.tolist(),
        "ratio": [float(r) if ok else None for r, ok in zip(ratio, told, strict=True)],
        "flat": [float(f) if ok else None for f, ok in zip(flat, told & several, strict=True)],
        "ranks": ranks.sum(axis=0).tolist(),
    }
