"""What others would do of the raw feeds, 18 characters of ID number a row: written by hand for each engine."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bench.matching.made import MONTHS, World, month_end, profiles
from matching.definition import NEVER

NUMBERS = ("stale_before", "valid_from", "due_near", "no_period")
FOLD = """
    SELECT p."case", p.profile, p.certified,
           coalesce(max(CASE WHEN k.class = 1 THEN s.day END), 0) AS proof,
           min(CASE WHEN k.class = 3 AND s.day > 0 THEN s.day END) AS loss,
           max(CASE WHEN k.class = 3 AND s.day = 0 THEN 1 ELSE 0 END) AS undated,
           coalesce(max(CASE WHEN k.class = 2 THEN CASE s.day WHEN 0 THEN 65536 ELSE s.day END END), -1) AS doubt
    FROM {people} p LEFT JOIN {signs} s ON s.id = p.id
    LEFT JOIN {classes} k ON k.profile = p.profile AND k.code = s.code
         AND k.certain = 2 * s.sure + CASE WHEN s.day > 0 THEN 1 ELSE 0 END
    GROUP BY p."case", p.profile, p.certified"""
LISTS = """
    SELECT f."case", greatest(f.proof, f.certified) AS evidence, f.loss, CASE
        WHEN greatest(f.proof, f.certified) >= f.loss THEN 'to_be_verified'
        WHEN f.undated = 1 AND greatest(f.proof, f.certified) >= l.valid_from THEN 'to_be_verified'
        WHEN f.loss IS NOT NULL OR f.undated = 1 THEN 'lost'
        WHEN f.doubt >= greatest(f.proof, f.certified) THEN 'to_be_verified'
        WHEN l.no_period = 1 THEN 'eligible'
        WHEN greatest(f.proof, f.certified) > l.stale_before THEN 'eligible'
        ELSE 'to_be_verified' END AS list
    FROM ({fold}) f JOIN {law} l ON l.profile = f.profile"""


def law_tables() -> tuple[pa.Table, pa.Table]:
    """(profile, thresholds) and (profile, code, certain, class)."""
    known = profiles(month_end(MONTHS - 1))
    law = pa.table({"profile": np.arange(len(known), dtype=np.int16),
                    **{name: [int(getattr(one, name)) for one in known] for name in NUMBERS}})
    rows = [(number, code, certain, kind) for number, one in enumerate(known)
            for code, row in one.classes for certain, kind in enumerate(row)]
    kinds = pa.int16(), pa.int16(), pa.int8(), pa.int8()
    return law, pa.table([pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)],
                         names=["profile", "code", "certain", "class"])


def _counted(out: Path, rows: int) -> dict:
    counts = pq.read_table(out, columns=["list"])["list"].value_counts().to_pylist()
    return {"rows": rows, "lists": {one["values"]: one["counts"] for one in counts}}


def _rows(world: World) -> int:
    return sum(pq.read_metadata(world.raw(load)).num_rows for load in world.loads)


def by_duckdb(world: World) -> dict:
    out = world.root / "duckdb.parquet"
    law, classes = law_tables()
    with duckdb.connect(config={"threads": 2, "temp_directory": str(world.root / "spill")}) as database:
        database.register("law", law)
        database.register("classes", classes)
        sql = LISTS.format(law="law", fold=FOLD.format(
            people=f"'{world.register}'", signs=f"'{world.root}/raw/*.parquet'", classes="classes"))
        database.execute(f"COPY ({sql}) TO '{out}'")
    return _counted(out, _rows(world))


def by_polars(world: World) -> dict:
    out = world.root / "polars.parquet"
    law, classes = (pl.from_arrow(table).lazy() for table in law_tables())
    people, signs = pl.scan_parquet(world.register), pl.scan_parquet(f"{world.root}/raw/*.parquet")
    kind, day = pl.col("class"), pl.col("day")
    fold = (signs.join(people.select("id", "case", "profile"), on="id")
            .with_columns(certain=(2 * pl.col("sure") + (day > 0).cast(pl.Int8)).cast(pl.Int8))
            .join(classes, on=["profile", "code", "certain"])
            .group_by("case").agg(
                proof=day.filter(kind == 1).max(), loss=day.filter((kind == 3) & (day > 0)).min(),
                undated=((kind == 3) & (day == 0)).any(),
                doubt=pl.when(day == 0).then(NEVER).otherwise(day).filter(kind == 2).max()))
    evidence = pl.max_horizontal(pl.col("proof").fill_null(0), pl.col("certified"))
    found = (people.select("case", "profile", "certified").join(fold, on="case", how="left").join(law, on="profile")
             .with_columns(evidence=evidence, undated=pl.col("undated").fill_null(False))
             .select("case", "evidence", "loss", list=_verdict()))
    found.sink_parquet(out, engine="streaming")
    return _counted(out, _rows(world))


def _verdict() -> pl.Expr:
    evidence, loss, undated = pl.col("evidence"), pl.col("loss"), pl.col("undated")
    verify = pl.lit("to_be_verified")
    return (pl.when((evidence >= loss).fill_null(False)).then(verify)
            .when(undated & (evidence >= pl.col("valid_from"))).then(verify)
            .when(loss.is_not_null() | undated).then(pl.lit("lost"))
            .when((pl.col("doubt") >= evidence).fill_null(False)).then(verify)
            .when((pl.col("no_period") == 1) | (evidence > pl.col("stale_before"))).then(pl.lit("eligible"))
            .otherwise(verify))


def by_pandas(world: World) -> dict:
    law, classes = (table.to_pandas() for table in law_tables())
    people = pd.read_parquet(world.register)
    signs = pd.concat(pd.read_parquet(world.raw(load)) for load in world.loads)
    rows = len(signs)
    signs["certain"] = 2 * signs["sure"] + (signs["day"] > 0)
    signs = signs.merge(people[["id", "case", "profile"]], on="id").merge(classes, on=["profile", "code", "certain"])
    ends = signs["class"] == 3
    doubts = signs[signs["class"] == 2]
    fold = pd.DataFrame({
        "proof": signs[signs["class"] == 1].groupby("case")["day"].max(),
        "loss": signs[ends & (signs["day"] > 0)].groupby("case")["day"].min(),
        "undated": signs[ends & (signs["day"] == 0)].groupby("case")["day"].count(),
        "doubt": doubts["day"].where(doubts["day"] > 0, NEVER).groupby(doubts["case"]).max()})
    found = people.merge(fold, left_on="case", right_index=True, how="left").merge(law, on="profile")
    evidence = np.maximum(found["proof"].fillna(0), found["certified"])
    undated = found["undated"].fillna(0) > 0
    found["list"] = np.select(
        [(evidence >= found["loss"]) | undated & (evidence >= found["valid_from"]), found["loss"].notna() | undated,
         found["doubt"] >= evidence, (found["no_period"] == 1) | (evidence > found["stale_before"])],
        ["to_be_verified", "lost", "to_be_verified", "eligible"], "to_be_verified")
    out = world.root / "pandas.parquet"
    found[["case", "list"]].to_parquet(out)
    return _counted(out, rows)


STEPS: dict[str, Callable[[World], dict]] = {
    "Polars streaming, raw": by_polars, "DuckDB SQL, raw": by_duckdb, "pandas, raw": by_pandas,
}
