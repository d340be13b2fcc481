"""This system's side: intake once, then runs over the buckets."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.matching.made import MONTHS, SOURCES, World, month_end, profiles, reasons
from matching.files import batches
from matching.runs import Asked, run
from matching.store import BUCKET_BITS, SIGNS, write_table

WITHDRAWN = MONTHS * SOURCES - 1  # of the last month, medical insurance


def intake(world: World) -> dict:
    """Each raw feed resolved to dense persons by a sorted index, and written in buckets sorted by person."""
    register = pq.read_table(world.register, columns=["id", "person"])
    keys = _packed(register["id"])
    order = np.argsort(keys)
    keys, persons = keys[order], register["person"].to_numpy()[order]
    del register, order
    rows = 0
    for load in world.loads:
        raw = pq.read_table(world.raw(load))
        rows += len(raw)
        _write(world, load, raw, persons[np.searchsorted(keys, _packed(raw["id"]))])
    return {"rows": rows}


def _packed(ids: pa.ChunkedArray) -> np.ndarray:
    """First 17 digits as a whole number: the 18th is a checksum."""
    found = []
    for chunk in ids.chunks:
        start = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset]
        text = np.frombuffer(chunk.buffers()[2], np.uint8)[start:start + 18 * len(chunk)].reshape(-1, 18)
        number = np.zeros(len(chunk), np.int64)
        for at in range(17):
            number = number * 10 + (text[:, at] - ord("0"))
        found.append(number)
    return np.concatenate(found)


def _write(world: World, load: int, raw: pa.Table, person: np.ndarray) -> None:
    order = np.argsort(person, kind="stable")
    person = person[order]
    columns = {"person": person, "row": order.astype(np.int64)}
    columns |= {name: raw[name].to_numpy()[order] for name in ("day", "code", "sure")}
    edges = np.flatnonzero(np.diff(person >> BUCKET_BITS)) + 1
    for start, end in zip([0, *edges], [*edges, len(person)], strict=True):
        write_table(world.store.signs(load, int(person[start]) >> BUCKET_BITS),
                    pa.table([columns[name][start:end] for name in SIGNS.names], schema=SIGNS), in_slices=True)


def matched(world: World, name: str, *, month: int = MONTHS - 1, loads: Iterable[int] | None = None,
            before: str | None = None, afresh: bool = False) -> dict:
    """One run under a name, of a month's last day, over the loads up to that month unless others are given."""
    _population(world, name)
    on = month_end(month)
    chosen = tuple(loads if loads is not None else world.loads[:SOURCES * (month + 1)])
    found = run(world.store, Asked(name, on, profiles(on), reasons(), chosen, before, afresh))
    return {"rows": found.rows, "mode": found.mode, "changed": sum(found.changed.values()), "lists": _lists(found)}


def _lists(found) -> dict[str, int]:
    lists: dict[str, int] = {}
    for key, cases in found.counts.items():
        lists[key.partition("/")[0]] = lists.get(key.partition("/")[0], 0) + cases
    return lists


def _population(world: World, name: str) -> None:
    made = world.store.population("made-before" if name == "before" else "made", 0).parent
    for path in made.glob("*.arrow"):
        copy = world.store.population(name, int(path.stem))
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            os.link(path, copy)


def scan(world: World) -> dict:
    """The bare reading of the same columns, as the runs read them."""
    files = [world.store.signs(load, bucket) for load in world.loads for bucket in world.store.buckets("made")]
    with ThreadPoolExecutor(2) as pool:
        rows = sum(pool.map(lambda path: sum(len(batch) for batch in batches(path)), files))
    return {"rows": rows}


def same(world: World, one: str, other: str) -> bool:
    """Whether two runs left the same lists and the same changes, to the bit."""
    folders = [(world.store.state(one, 0).parent, world.store.state(other, 0).parent),
               (world.store.changes(one, 0).parent, world.store.changes(other, 0).parent)]
    return all(path.read_bytes() == (second / path.name).read_bytes()
               for first, second in folders for path in first.glob("*.arrow"))


ALL_BUT = tuple(load for load in range(1, MONTHS * SOURCES + 1) if load != WITHDRAWN)
STEPS: dict[str, Callable[[World], dict]] = {
    "intake": intake,
    "bare scan": scan,
    "month before": lambda world: matched(world, "before", month=MONTHS - 2),
    "full": lambda world: matched(world, "full", before="before", afresh=True),
    "incremental": lambda world: matched(world, "quick", before="before"),
    "withdrawn": lambda world: matched(world, "without", loads=ALL_BUT, before="full"),
    "withdrawn, full": lambda world: matched(world, "afresh", loads=ALL_BUT, before="full", afresh=True),
}
