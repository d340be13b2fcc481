"""Training and comparing: the one way from two sets of columns to weighed pairs, whatever the settings say.

Nothing leaves the memory of the process: names and numbers never go into a file (A3), so DuckDB may not spill.
"""
from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow
from splink import DuckDBAPI, Linker

from matching.linkage.settings import ELSE, MISSING, Settings, as_splink

SEED = 20_260_701
SAMPLE_PAIRS = 1_000_000  # for u; each of two records drawn at random
SMALLEST = {"m": 5e-4, "u": 1e-6}  # a level that was never seen is rare, not impossible
Rows = Mapping[str, Sequence[Any]]  # column -> values, with unique_id
Frequencies = Mapping[str, Mapping[str, float]]  # column -> value -> its share among all people
FEWEST_PEOPLE = 1_000  # a register with fewer is reckoned as one of so many
OF_THE_SETS: Frequencies = {}  # as the sets at hand have them: only where they are large


@dataclass(frozen=True)
class Pair:
    """Two records and how much speaks for their being one person. weight: bits, log2 of the odds; levels: comparison ->
    (level, bits it added)."""

    left: str
    right: str
    weight: float
    probability: float
    levels: dict[str, tuple[str, float]]


class TooLittleToLearn(ValueError):
    """The data hold too few pairs to estimate the model from."""


def linker(settings: Settings, sets: Sequence[Rows], model: dict[str, Any] | None = None,
           link_type: str | None = None, frequencies: Frequencies | None = OF_THE_SETS) -> Linker:
    api = DuckDBAPI(connection=_in_memory())
    frames = [api.register(_arrow(rows, settings), table_name=f"side_{at}") for at, rows in enumerate(sets)]
    logging.getLogger("splink").setLevel(logging.ERROR)
    one = Linker(frames, as_splink(settings, model, link_type, frequencies is not None), log_level=logging.ERROR)
    for column, shares in (frequencies or {}).items():
        rows = pyarrow.table({column: list(shares), f"tf_{column}": list(shares.values())})
        one.table_management.register_term_frequency_lookup(api.register(rows), column)
    return one


def _in_memory() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET temp_directory = ''; SET autoinstall_known_extensions = false; SET threads = 2")
    return connection


def _arrow(rows: Rows, settings: Settings) -> pyarrow.Table:
    return pyarrow.table({name: pyarrow.array(list(rows[name]), pyarrow.string()) for name in settings.columns})


def train(settings: Settings, sets: Sequence[Rows], sample: int = SAMPLE_PAIRS, seed: int = SEED) -> dict[str, Any]:
    """Estimate the model without any label: u by random sampling, m by expectation maximisation.

    Returns {"prior": float, "levels": {comparison: {level: {"m": float, "u": float}}}}. Raises TooLittleToLearn.
    """
    one = linker(settings, sets, link_type="dedupe_only" if len(sets) == 1 else None)
    rules = [f"({condition})" for condition in settings.certain]
    try:
        one.training.estimate_probability_two_random_records_match(rules, recall=settings.certain_recall)
        one.training.estimate_u_using_random_sampling(max_pairs=sample, seed=seed, min_count_per_level=None)
        for block in settings.train_on:
            one.training.estimate_parameters_using_expectation_maximisation(block)
    except Exception as error:  # Splink tells of empty blocks in several ways
        raise TooLittleToLearn(str(error).splitlines()[0][:200]) from error
    return _model(settings, one.misc.save_model_to_json())


def _model(settings: Settings, trained: dict[str, Any]) -> dict[str, Any]:
    levels = {}
    for comparison, made in zip(settings.comparisons, trained["comparisons"], strict=True):
        names = [*(level.name for level in comparison.levels), ELSE]
        rows = [row for row in made["comparison_levels"] if not row.get("is_null_level")]
        levels[comparison.name] = {
            name: {key: _known(row, key) for key in SMALLEST} for name, row in zip(names, rows, strict=True)}
    return {"prior": round(float(trained["probability_two_random_records_match"]), 12), "levels": levels}


def _known(row: dict[str, Any], key: str) -> float:
    return round(max(SMALLEST[key], float(row.get(f"{key}_probability") or 0)), 8)


def pairs(settings: Settings, sets: Sequence[Rows], model: dict[str, Any], at_least: float, *,
          frequencies: Frequencies | None = OF_THE_SETS) -> Iterator[Pair]:
    """Pairs of at least so much probability, the likeliest first; of two sets, left is of the first.

    frequencies: None weighs a rare value like any other.
    """
    kind = "dedupe_only" if len(sets) == 1 else settings.link_type
    if any(not len(rows["unique_id"]) for rows in sets):
        return
    one = linker(settings, sets, model, kind, frequencies)
    found = one.inference.predict(threshold_match_probability=at_least).as_duckdbpyrelation()
    for row in found.order("match_weight DESC, unique_id_l, unique_id_r").to_arrow_table().to_pylist():
        yield _pair(settings, row)


def _pair(settings: Settings, row: dict[str, Any]) -> Pair:
    levels = {comparison.name: _level(comparison, row) for comparison in settings.comparisons}
    swapped = str(row.get("source_dataset_l", "")) > str(row.get("source_dataset_r", ""))
    left, right = ("r", "l") if swapped else ("l", "r")
    return Pair(str(row[f"unique_id_{left}"]), str(row[f"unique_id_{right}"]), float(row["match_weight"]),
                float(row["match_probability"]), levels)


def _level(comparison: Any, row: dict[str, Any]) -> tuple[str, float]:
    """Splink counts the levels from the last resort (0) up; -1 is the missing one."""
    at, names = int(row[f"gamma_{comparison.name}"]), [level.name for level in comparison.levels]
    name = MISSING if at < 0 else (ELSE, *reversed(names))[at]
    bits = float(row.get(f"mw_{comparison.name}") or 0) + float(row.get(f"mw_tf_adj_{comparison.name}") or 0)
    return name, bits if math.isfinite(bits) else 0.0


def for_register(model: dict[str, Any], people: int) -> dict[str, Any]:
    """The model for a register of so many: the more people, the less two records drawn at random are one person's."""
    found = model["prior"] * model["data"]["register"]
    return model | {"prior": found / max(people, FEWEST_PEOPLE)}


def prior_bits(model: dict[str, Any]) -> float:
    """What speaks against a pair before anything is compared: log2 of the odds that two records are one person's."""
    return math.log2(model["prior"] / (1 - model["prior"]))
