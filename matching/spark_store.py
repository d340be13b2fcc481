"""A run on Spark: the store's own files of signs and cases are read, and the lists written beside those of other runs.

Of signs that say the same of one day, the store's order of loads decides, as it does on one machine. Each worker needs
to see the store and to have pyarrow (PYSPARK_PYTHON).
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from matching.definition import WrongDay, day_number
from matching.runs import Asked
from matching.spark import lists, standing
from matching.store import LISTS, POPULATION, SIGNS, Load, Store, placed

KINDS = {pa.int64(): "long", pa.int32(): "int", pa.int16(): "short", pa.int8(): "byte"}


def run_on_spark(spark: SparkSession, store: Store, asked: Asked) -> Path:
    """Write the three lists of a run, in the shape of store.LISTS, and say where; there is a _SUCCESS when all is.

    Raises FileNotFoundError without a population, WrongDay.
    """
    loads, out = placed(store, asked.loads), store.whole(asked.run)
    signs = standing(spark, _signs(spark, store, loads), asked.retracted)
    if signs.where(f.col("day") > day_number(asked.on)).limit(1).count():
        raise WrongDay("a sign is dated after the day of the run")
    places = spark.createDataFrame([(load.number, load.place) for load in loads], "load long, place long")
    by_place = signs.join(f.broadcast(places), "load").drop("load").withColumnRenamed("place", "load")
    found = lists(spark, by_place, _population(spark, store, asked.run), asked.profiles, asked.reasons)
    numbers = places.select(f.col("load").alias("number"), f.col("place").alias("load"))
    named = found.join(f.broadcast(numbers), "load", "left").withColumn("load", f.coalesce("number", f.lit(-1)))
    named.select(*LISTS.names).write.mode("overwrite").option("compression", "none").parquet(str(out))
    return out


def _signs(spark: SparkSession, store: Store, loads: Sequence[Load]) -> DataFrame:
    """As store.SIGNS, with the number of the load."""
    folders = [store.signs(load.number, 0).parent for load in loads]
    there = [str(folder) for folder in folders if folder.is_dir()]
    if not there:
        return spark.createDataFrame([], f"{_kinds(SIGNS)}, load long")
    load = f.regexp_extract(f.input_file_name(), r"/signs/(\d+)/[^/]*$", 1).cast("long")
    return spark.read.schema(_kinds(SIGNS)).parquet(*there).withColumn("load", load)


def _population(spark: SparkSession, store: Store, run: str) -> DataFrame:
    """As store.POPULATION, a bucket a task."""
    paths = [(str(store.population(run, bucket)),) for bucket in store.buckets(run)]
    if not paths:
        raise FileNotFoundError(store.population(run, 0).parent)
    files = spark.createDataFrame(paths, "path string").repartition(len(paths))
    return files.mapInArrow(_reader(), _kinds(POPULATION))


def _reader() -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Made here, so that it goes to the workers whole and they need nothing of this system."""
    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow

        for batch in batches:
            for path in batch.column(0).to_pylist():
                with pyarrow.memory_map(path) as source:
                    yield pyarrow.ipc.open_file(source).get_batch(0)
    return read


def _kinds(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {KINDS[field.type]}" for field in schema)
