"""The model as plain JSON and how it is applied: no more than a weighted sum, a curve and a table. NumPy alone.

coefficients go with standardised features; knots: (raw probability, calibrated) joined by straight lines.
"""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from matching.survival.features import NAMES, WORDS, Array

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "survival"
PART = "survival-*.json"


@dataclass(frozen=True)
class Bin:
    """People of like score: how many, what was foretold of them, how many were alive, both per million."""

    people: int
    foretold: int
    alive: int


@dataclass(frozen=True)
class Model:
    """simulated: whether the data it was trained on were made up. auc, brier: on data it was not trained on."""

    version: str
    trained_on: str
    data: dict[str, Any]
    simulated: bool
    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    knots: tuple[tuple[float, float], ...]
    auc: float
    brier: float
    brier_of_the_base_rate: float
    bins: tuple[Bin, ...]
    thresholds: tuple[dict[str, float], ...]

    def score(self, rows: Array) -> Array:
        """Probability to be alive, for rows of NAMES."""
        raw = 1 / (1 + np.exp(-(self.pushes(rows).sum(axis=1) + self.intercept)))
        below, above = np.array(self.knots).T
        return np.interp(raw, below, above)

    def pushes(self, rows: Array) -> Array:
        """How far each feature moves the score, in log odds, away from that of the average person."""
        return (rows - np.array(self.mean)) / np.array(self.scale) * np.array(self.coefficients)


class WrongModel(ValueError):
    """The file is of other features than this program computes."""


def read(path: Path) -> Model:
    """Raises WrongModel."""
    raw = json.loads(path.read_text("utf-8"))
    made = Model(**{name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()
                    if name not in ("bins", "knots")},
                 bins=tuple(Bin(**one) for one in raw["bins"]), knots=tuple(map(tuple, raw["knots"])))
    if made.features != NAMES:
        raise WrongModel(path.name)
    return made


def save(model: Model, folder: Path) -> Path:
    """Raises FileExistsError: a version stands for ever."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model.version}.json"
    with path.open("x", encoding="utf-8") as file:
        json.dump(asdict(model), file, ensure_ascii=False, indent=1)
        file.write("\n")
    return path


def newest(own: Path | None = None) -> Model:
    """The newest of the instance's own, else the shipped one. Raises FileNotFoundError."""
    for folder in (own, FOLDER):
        paths = sorted(folder.glob(PART)) if folder else []
        if paths:
            return _kept(paths[-1])
    raise FileNotFoundError(FOLDER / PART)


def named(version: str, own: Path | None = None) -> Model:
    """The model of that version. Raises FileNotFoundError."""
    paths = [folder / f"{version}.json" for folder in (own, FOLDER) if folder]
    return _kept(next((path for path in paths if path.is_file()), paths[-1]))


@cache
def _kept(path: Path) -> Model:
    return read(path)


def own_folder(instance: str) -> Path:
    return Path(instance) / "survival"


def basis(model: Model, row: Array, language: str) -> list[tuple[str, float]]:
    """The features of one person in words, the one that pushes farthest first, with how far: above 0 towards alive."""
    pushes = model.pushes(row[np.newaxis, :])[0]
    told = [(WORDS[name][language].format(value), float(push))
            for name, value, push in zip(NAMES, row, pushes, strict=True)]
    return sorted(told, key=lambda one: -abs(one[1]))
