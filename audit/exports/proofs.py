"""That what is exported stands in the log: a proof each, or all entries; last heads of cases; earlier checkpoints."""
from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.exports.folder import Folder
from audit.heads import heads_in, lines_of, read_map
from audit.models import AuditBucket, AuditCheckpoint, AuditEntry, AuditEvent
from audit.shelf import Shelf, entries
from audit.tree.proofs import consistency_proof, inclusion_proof
from audit.tree.tiles import Tile, TileNodes, bundle, bundles
from audit.verify import Hashing, bucket_hash, bucket_of
from database.many import among

KEPT_NODES, KEPT_TILES = 50_000, 300
FEW = 1_000  # events that have a proof each however short the log is
EARLIER = 1_000  # checkpoints brought along
AT_ONCE = 1_000


def coded(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


class Proofs:
    """Of the tree over the first `size` entries; remembers a bounded part of it."""

    def __init__(self, hashing: Hashing, size: int, shelf: Shelf) -> None:
        self.hashing, self.size = hashing, size
        read = lru_cache(KEPT_TILES)(shelf.read)
        self._nodes: Callable[[int, int], bytes] = lru_cache(KEPT_NODES)(_Nodes(hashing, size, read))

    def inclusion(self, index: int) -> list[str]:
        return coded(inclusion_proof(self.hashing, self._nodes, index, self.size))

    def consistency(self, size: int) -> list[str]:
        """From the tree of `size`, which is not larger."""
        return coded(consistency_proof(self.hashing, self._nodes, size, self.size))


class _Nodes:
    """As TileNodes gives them, without keeping every tile that was read."""

    def __init__(self, hashing: Hashing, size: int, read: Callable[[Tile], bytes]) -> None:
        self._of = hashing, size, read

    def __call__(self, level: int, index: int) -> bytes:
        return TileNodes(*self._of)(level, index)


def each(events: int, size: int) -> bool:
    """Whether a proof for each event takes less than all entries of the log."""
    return events <= FEW or events * 4 <= size


def write_tiles(folder: Folder, session: Session, size: int, told: Callable[[int], object]) -> None:
    """All entries up to `size`, in bundles as C2SP tlog-tiles has them. Not in the manifest: the root vouches."""
    done = 0
    for tile, some in zip(bundles(size), entries(session, 0, size), strict=True):
        path = folder.path / "log" / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bundle(some))
        done += len(some)
        told(done)


def consistency_lines(session: Session, proofs: Proofs, sizes: Collection[int]) -> Iterator[dict[str, Any]]:
    """The checkpoints signed last before this one, and those of the sizes asked for, signed or not."""
    before = select(AuditCheckpoint.size, AuditCheckpoint.note).where(AuditCheckpoint.size < proofs.size)
    newest = session.execute(before.order_by(AuditCheckpoint.size.desc()).limit(EARLIER)).all()
    asked = session.execute(before.where(AuditCheckpoint.size.in_(sorted(sizes)))).all() if sizes else []
    notes = dict.fromkeys((size for size in sizes if size < proofs.size), None) | {
        row.size: row.note for row in (*newest, *asked)}
    for size, note in sorted(notes.items()):
        yield {"size": size, "note": note, "proof": proofs.consistency(size)}


def head_lines(session: Session, hashing: Hashing, heads: int, cases: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The buckets of these cases with their siblings, out of the map as the entry at the place `heads` states it."""
    wanted = sorted({bucket_of(hashing, case) for case in cases})
    later, current = _before(session, heads), read_map(session, hashing)
    changed = sorted({bucket_of(hashing, case) for case in later})
    rewound = {number: _rewound(lines, later) for number, lines in _lines(session, changed)}
    current.change({n: (bucket_hash(hashing, lines), 0) for n, lines in rewound.items()})
    for at in range(0, len(wanted), AT_ONCE):
        for number, lines in _lines(session, wanted[at:at + AT_ONCE]):
            yield {"bucket": number, "lines": rewound.get(number, lines), "siblings": coded(current.siblings(number))}


def _lines(session: Session, numbers: Collection[int]) -> list[tuple[int, str]]:
    query = select(AuditBucket.number, AuditBucket.lines).where(among(AuditBucket.number, list(numbers)))
    return [(number, lines) for number, lines in session.execute(query.order_by(AuditBucket.number))] if numbers else []


def _before(session: Session, heads: int) -> dict[str, tuple[int, int] | None]:
    """Of each case that went on after the place `heads`: its head at that place, None if it had none."""
    query = (select(AuditEntry.entry).join(AuditEvent, AuditEvent.id == AuditEntry.event_id)
             .where(AuditEntry.place > heads, AuditEvent.case_id.is_not(None)).order_by(AuditEntry.place.desc()))
    found: dict[str, tuple[int, int] | None] = {}
    for text in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        entry = json.loads(text)
        found[entry["case"]] = None if entry["prev"] is None else (entry["case_seq"] - 1, entry["prev"])
    return found


def _rewound(lines: str, later: dict[str, tuple[int, int] | None]) -> str:
    heads = heads_in(lines)
    for case in [case for case in heads if case in later]:
        before = later[case]
        if before is None:
            del heads[case]
        else:
            heads[case] = before
    return lines_of(heads)


