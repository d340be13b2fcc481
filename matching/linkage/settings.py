"""What is compared and how, as data: rules/linkage/<name>.yaml, turned into the settings of the linkage engine.

A level is a condition over the columns of both sides (`name_l`, `name_r`), tried in order; the first that holds counts.
`same_as_missing`: the level that says nothing, where a side has no value.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "linkage"
MISSING, ELSE = "missing", "else"


@dataclass(frozen=True)
class Level:
    """words: language -> how it is told to people. frequent: the rarer the value, the more an equality says."""

    name: str
    sql: str
    words: dict[str, str]
    frequent: str | None = None


@dataclass(frozen=True)
class Comparison:
    name: str
    words: dict[str, str]
    levels: tuple[Level, ...]  # as tried, without the missing one and the last resort
    columns: tuple[str, ...]  # one missing on a side: nothing is said
    otherwise: dict[str, str]


@dataclass(frozen=True)
class Settings:
    """link_type: "link_only" (two sets) or "dedupe_only" (one). digest: of the YAML, which a model is trained for."""

    name: str
    link_type: str
    comparisons: tuple[Comparison, ...]
    blocking: tuple[str, ...]  # pairs that one of these brings together are compared, no others
    train_on: tuple[str, ...]  # blocks for the estimation of m, each leaving out what it is about
    certain: tuple[str, ...]  # conditions that hardly ever hold of two persons
    certain_recall: float  # share of the true pairs that one of them finds
    columns: tuple[str, ...]
    digest: str


@cache
def load(name: str, folder: Path = FOLDER) -> Settings:
    """Raises FileNotFoundError."""
    text = (folder / f"{name}.yaml").read_text("utf-8")
    raw = yaml.safe_load(text)
    return Settings(name, raw["link_type"], tuple(map(_comparison, raw["comparisons"])), tuple(raw["blocking"]),
                    tuple(raw["train_on"]), tuple(raw["certain"]), raw["certain_recall"], tuple(raw["columns"]),
                    hashlib.sha256(text.encode()).hexdigest()[:16])


def _comparison(raw: dict[str, Any]) -> Comparison:
    levels = tuple(Level(one["level"], one["sql"], one["words"], one.get("frequent")) for one in raw["levels"])
    return Comparison(raw["name"], raw["words"], levels, tuple(raw["missing"]), raw["otherwise"])


def as_splink(settings: Settings, model: dict[str, Any] | None = None, link_type: str | None = None,
              frequent: bool = True) -> dict[str, Any]:
    """Settings of Splink 5; with a model (models.py) its probabilities too. frequent: weigh by how frequent values are.
    """
    known = model["levels"] if model else {}
    found = {
        "link_type": link_type or settings.link_type, "unique_id_column_name": "unique_id",
        "comparisons": [_as_splink(one, known.get(one.name, {}), frequent) for one in settings.comparisons],
        "blocking_rules_to_generate_predictions": list(settings.blocking),
        "retain_matching_columns": True, "retain_intermediate_calculation_columns": True,
        "max_iterations": 40, "em_convergence": 0.0005,
    }
    return found | ({"probability_two_random_records_match": model["prior"]} if model else {})


def _as_splink(comparison: Comparison, known: dict[str, dict[str, float]], frequent: bool) -> dict[str, Any]:
    missing = " OR ".join(f'"{column}_{side}" IS NULL' for column in comparison.columns for side in "lr")
    levels: list[dict[str, Any]] = [{"sql_condition": missing, "label_for_charts": MISSING, "is_null_level": True}]
    for level in comparison.levels:
        by_frequency = {"tf_adjustment_column": level.frequent} if frequent and level.frequent else {}
        levels.append({"sql_condition": level.sql, "label_for_charts": level.name} | by_frequency
                      | _probabilities(known.get(level.name)))
    levels.append({"sql_condition": "ELSE", "label_for_charts": ELSE} | _probabilities(known.get(ELSE)))
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _probabilities(known: dict[str, float] | None) -> dict[str, float]:
    return {"m_probability": known["m"], "u_probability": known["u"]} if known else {}
