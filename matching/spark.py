"""The definition on Spark, for populations past one machine: the same table of verdicts, compiled from the same nodes.

Signs and cases are data frames with the columns of store.SIGNS (and `load`) and store.POPULATION. What is folded is the
least of structs, so that neither order nor partitions count. Needs the extra `spark`.
"""
from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import ByteType, IntegerType, ShortType, StructField, StructType

from matching.definition import (
    DOUBTS,
    ENDS,
    FIXED_REASONS,
    LISTS,
    NEVER,
    NONE,
    OF_SIGN,
    PROVES,
    UNDATED,
    VERDICTS,
    Profile,
)
from matching.retracted import Retracted
from workflows.predicates import And, Compare, Fact, Node, Not, Or

Facts = Mapping[str, Column]
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}
REST = ("code", "sure", "load", "row")  # of signs of one day the lowest stays
BY_PROFILE = ("stale_before", "valid_from", "due_near", "no_period", "neither_asked", "before_due_asked")


def compiled(tree: Node, facts: Facts) -> Column:
    """The tree as a condition. Raises KeyError for an unknown fact or node."""
    return _NODES[type(tree)](tree, facts)


def _compare(tree: Compare, facts: Facts) -> Column:
    right = facts[tree.right.name] if isinstance(tree.right, Fact) else f.lit(tree.right)
    return _OPERATORS[tree.op](facts[tree.fact], right)


_NODES: Mapping[type, Callable[[Any, Facts], Column]] = {
    Fact: lambda tree, facts: facts[tree.name],
    Compare: _compare,
    Not: lambda tree, facts: ~compiled(tree.part, facts),
    And: lambda tree, facts: reduce(operator.and_, (compiled(part, facts) for part in tree.parts), f.lit(True)),
    Or: lambda tree, facts: reduce(operator.or_, (compiled(part, facts) for part in tree.parts), f.lit(False)),
}


def lists(spark: SparkSession, signs: DataFrame, population: DataFrame, profiles: Sequence[Profile],
          reasons: Mapping[int, int], retracted: Collection[Retracted] = ()) -> DataFrame:
    """The three lists in the shape of store.LISTS. Signs later than the run are to be kept out before."""
    classes, law = _classes(spark, profiles), _law(spark, profiles)
    signs = standing(spark, signs, retracted)
    weighed = (population.select("case", "person", "profile").join(signs, "person")
               .join(f.broadcast(classes), ["profile", "code", "sure"])
               .withColumn("class", f.when(f.col("day") == UNDATED, f.col("undated")).otherwise(f.col("dated"))))
    folded = weighed.groupBy("case").agg(*_folds())
    cases = population.join(folded, "case", "left").join(f.broadcast(law), "profile")
    found = cases.withColumn("verdict", _first(_facts()))
    return found.select("case", *_columns(reasons))


def standing(spark: SparkSession, signs: DataFrame, retracted: Collection[Retracted]) -> DataFrame:
    """The signs that still say something (matching/retracted.py)."""
    wrong = spark.createDataFrame([tuple(one) for one in retracted], "person long, code short, day int, through long")
    said = ["person", "code", "day"]
    last = wrong.groupBy(*said).agg(f.max("through").alias("through"))
    joined = signs.join(f.broadcast(last), said, "left")
    return joined.where(f.col("through").isNull() | (f.col("load") > f.col("through"))).drop("through")


def _classes(spark: SparkSession, profiles: Sequence[Profile]) -> DataFrame:
    rows = [(number, code, sure, row[2 * sure], row[2 * sure + 1]) for number, profile in enumerate(profiles)
            for code, row in profile.classes for sure in range(3)]
    kinds = (("profile", ShortType()), ("code", ShortType()), ("sure", ByteType()), ("undated", ByteType()),
             ("dated", ByteType()))
    return spark.createDataFrame(rows, StructType([StructField(name, kind) for name, kind in kinds]))


def _law(spark: SparkSession, profiles: Sequence[Profile]) -> DataFrame:
    rows = [(number, one.on, *(int(getattr(one, name)) for name in BY_PROFILE))
            for number, one in enumerate(profiles)]
    kinds = [("profile", ShortType()), ("matched_on", IntegerType()), *((name, IntegerType()) for name in BY_PROFILE)]
    law = spark.createDataFrame(rows, StructType([StructField(name, kind) for name, kind in kinds]))
    flags = [name for name in BY_PROFILE if isinstance(getattr(profiles[0], name), bool)]
    return law.withColumns({name: f.col(name) == 1 for name in flags})


def _folds() -> list[Column]:
    """As matching.definition.fold: each the least of (order, code, sure, load, row)."""
    kind, day = f.col("class"), f.col("day")
    later = -f.when(day == UNDATED, NEVER).otherwise(day)
    ends = kind == ENDS
    return [_least(kind == PROVES, -day, "proof"), _least(ends & (day != UNDATED), day, "loss"),
            _least(ends & (day == UNDATED), day, "without_day"), _least(kind == DOUBTS, later, "doubt")]


def _least(which: Column, order: Column, name: str) -> Column:
    return f.min(f.when(which, f.struct(order.alias("order"), *REST))).alias(name)


def _facts() -> dict[str, Column]:
    proof = f.coalesce(-f.col("proof.order"), f.lit(NONE))
    of_age = f.col("of_age")
    return {
        "proof_day": proof, "evidence_day": f.greatest(proof, f.col("certified")),
        "loss_day": f.coalesce(f.col("loss.order"), f.lit(NEVER)), "loss_undated": f.col("without_day").isNotNull(),
        "doubt_day": f.coalesce(-f.col("doubt.order"), f.lit(-1)),
        "adult_day": f.when(of_age > 0, of_age).otherwise(NEVER),
        "perhaps_adult_day": f.when(of_age < 0, -of_age).otherwise(NEVER),
        "due_day": f.col("due"), "matched_on": f.col("matched_on"), **{name: f.col(name) for name in BY_PROFILE},
    }


def _first(facts: Facts) -> Column:
    found = f.lit(len(VERDICTS) - 1)
    for number in range(len(VERDICTS) - 2, -1, -1):
        found = f.when(compiled(VERDICTS[number].when, facts), number).otherwise(found)
    return found


def _columns(reasons: Mapping[int, int]) -> list[Column]:
    """list, reason and the sign, by the number of the verdict."""
    sign = _by_verdict(lambda row: _SIGNS[row.sign]())
    own = reduce(lambda found, one: f.when(sign["code"] == one[0], one[1]).otherwise(found), reasons.items(), f.lit(-1))
    reason = _by_verdict(lambda row: own if row.reason == OF_SIGN else f.lit(FIXED_REASONS.index(row.reason)))
    day = f.abs(f.coalesce(sign["order"], f.lit(UNDATED)))
    return [
        _by_verdict(lambda row: f.lit(LISTS.index(row.list))).cast("byte").alias("list"),
        reason.cast("short").alias("reason"),
        *(f.coalesce(sign[name], f.lit(-1)).cast(kind).alias(name)
          for name, kind in (("load", "long"), ("row", "long"), ("code", "short"))),
        f.when(day == NEVER, UNDATED).otherwise(day).cast("int").alias("day"),
        f.coalesce(sign["sure"], f.lit(-1)).cast("byte").alias("sure"),
    ]


_SIGNS: Mapping[str | None, Callable[[], Column]] = {
    None: lambda: f.lit(None), "loss": lambda: f.coalesce("loss", "without_day"), "doubt": lambda: f.col("doubt"),
    "proof": lambda: f.col("proof"),
}


def _by_verdict(value: Callable[[Any], Column]) -> Column:
    found = value(VERDICTS[-1])
    for number in range(len(VERDICTS) - 2, -1, -1):
        found = f.when(f.col("verdict") == number, value(VERDICTS[number])).otherwise(found)
    return found
