"""Training and judging: logistic regression on one part of the data, calibration on another, judged on a third.

Needs scikit-learn; what comes out is applied without it (model.py).
"""
from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from matching.definition import day_number
from matching.survival import simulation
from matching.survival.features import NAMES, Array, features
from matching.survival.model import Bin, Model

PARTS = (.6, .8)  # up to where the data train, and calibrate; the rest judges
EDGES = (0, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .98, .99, .995, 1.0000001)
THRESHOLDS = (.9, .95, .98, .99, .995)
SIMULATED = ("simulated people and life signs, nobody in them exists; assumptions in matching/survival/simulation.py: ")


class OneSided(ValueError):
    """The data hold nobody alive or nobody dead: there is nothing to learn."""


def train_on_simulation(size: int, on: date, seed: int = 11) -> Model:
    made = simulation.lives(size, day_number(on), seed)
    rows = features(made.people, made.person, made.day, made.kind, day_number(on))
    data = {"what": SIMULATED, "assumed": simulation.ASSUMED, "people": size, "signs": len(made.day),
            "dead": int((made.alive == 0).sum()), "seed": seed}
    return train(rows, made.alive, on, data, simulated=True)


def train(rows: Array, alive: Array, on: date, data: dict[str, Any], *, simulated: bool) -> Model:
    """rows: of NAMES; alive: 1 or 0. Raises OneSided."""
    first, second, third = _parts(len(rows))
    if any(len(np.unique(alive[part])) < 2 for part in (first, second, third)):
        raise OneSided
    mean, scale = rows[first].mean(axis=0), np.maximum(rows[first].std(axis=0), 1e-9)
    fit = LogisticRegression(C=1.0, max_iter=500).fit((rows[first] - mean) / scale, alive[first])
    raw = fit.predict_proba((rows - mean) / scale)[:, 1]
    knots = _knots(raw[second], alive[second])
    score = np.interp(raw[third], *np.array(knots).T)
    return Model(
        version=f"survival-{on.isoformat()}", trained_on=on.isoformat(), data=data, simulated=simulated,
        features=NAMES, mean=_floats(mean), scale=_floats(scale), coefficients=_floats(fit.coef_[0]),
        intercept=round(float(fit.intercept_[0]), 8), knots=knots, **judged(score, alive[third]))


def judged(score: Array, alive: Array) -> dict[str, Any]:
    """AUC, Brier score (and that of foretelling the same of everybody), calibration, and what a threshold would do."""
    base = np.full(len(alive), alive.mean())
    return {"auc": round(float(roc_auc_score(alive, score)), 4), "brier": round(brier_score_loss(alive, score), 5),
            "brier_of_the_base_rate": round(brier_score_loss(alive, base), 5), "bins": _bins(score, alive),
            "thresholds": tuple(_at(one, score, alive) for one in THRESHOLDS)}


def _at(threshold: float, score: Array, alive: Array) -> dict[str, float]:
    """share: of all people held alive; dead_per_million: of those, who were dead."""
    above = score >= threshold
    dead = float((alive[above] == 0).mean()) if above.any() else 0.0
    return {"threshold": threshold, "share": round(float(above.mean()), 4), "dead_per_million": round(dead * 1e6),
            "dead_held_alive": int((alive[above] == 0).sum())}


def _parts(size: int) -> tuple[slice, slice, slice]:
    one, two = (int(size * share) for share in PARTS)
    return slice(0, one), slice(one, two), slice(two, size)


def _knots(raw: Array, alive: Array) -> tuple[tuple[float, float], ...]:
    """An isotonic curve, its steps joined by lines; never quite certain (half a case above and below)."""
    fit = IsotonicRegression(out_of_bounds="clip").fit(raw, alive)
    least = .5 / len(alive)
    pairs = zip(fit.X_thresholds_, np.clip(fit.y_thresholds_, least, 1 - least), strict=True)
    return tuple((round(float(x), 8), round(float(y), 8)) for x, y in pairs)


def _bins(score: Array, alive: Array) -> tuple[Bin, ...]:
    at = np.digitize(score, EDGES) - 1
    return tuple(Bin(int((at == one).sum()), round(float(score[at == one].mean()) * 1e6),
                     round(float(alive[at == one].mean()) * 1e6)) for one in range(len(EDGES)) if (at == one).any())


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(round(float(one), 8) for one in values)
