"""The map of case heads: which event is the last of each case, in 65,536 buckets, with a root that the log states.

How it is hashed stands in audit/verify.py. Kept in `audit_bucket`, made of the entries alone.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from audit.entries import LogAltered
from audit.models import AuditBucket
from audit.verify import BUCKETS, Hashing, bucket_hash, bucket_of
from database.many import among

CASE, INDEX, SEQ = '{"case":"', '","index":', ',"seq":'  # of a line
LINE = re.compile(r'\{"case":"([^"]*)","index":(\d+),"seq":(\d+)\}')
AT_ONCE = 2_000  # buckets in a statement
Row = tuple[int, int, str, str]  # of a bucket: number, cases, lines, hash
Head = tuple[int, int]  # of a case: the number of its last event, and its place in the log
_NAMES = ("number", "cases", "lines", "hash")
_UPSERT = """INSERT INTO audit_bucket (number, cases, lines, hash) {rows}
    ON CONFLICT (number) DO UPDATE SET cases = excluded.cases, lines = excluded.lines, hash = excluded.hash"""
_PARTED = "string_to_array(%s, chr(30))"  # one text, which nothing in it is escaped in: no line has a control character
_ARRAYS = _UPSERT.format(rows=f"SELECT * FROM unnest({_PARTED}::int[], {_PARTED}::int[], {_PARTED}, {_PARTED})")
_EACH = _UPSERT.format(rows="VALUES (:number, :cases, :lines, :hash)")


class Heads:
    """The heads of the cases that a batch touches, read bucket by bucket, moved on, written together."""

    def __init__(self, session: Session, hashing: Hashing) -> None:
        self._session, self._hashing = session, hashing
        self._buckets: dict[int, dict[str, str]] = {}  # case -> its line
        self._changed: set[int] = set()

    def load(self, cases: Sequence[str | None]) -> list[int]:
        """Read the buckets of these cases, those that were not read; returns the bucket of each, -1 for none."""
        numbers = [-1 if case is None else bucket_of(self._hashing, case) for case in cases]
        missing = set(numbers) - self._buckets.keys() - {-1}
        self._buckets |= {number: {} for number in missing}
        for number, lines in _lines(self._session, missing):
            each = lines.split("\n") if lines else ()
            self._buckets[number] = {line[len(CASE):].partition('"')[0]: line for line in each}
        return numbers

    def last(self, number: int, case: str) -> tuple[int, int | None]:
        """Of a case in its bucket: the number of its last event, and its place; 0 and None when it has none."""
        line = self._buckets[number].get(case)
        return _head(case, line) if line else (0, None)

    def move(self, of: Iterable[tuple[int, str | None, int | None]], place: int) -> tuple[list[int | None], str | None]:
        """Events (bucket, case, number in it) get the places from this on, up to the first that does not follow.

        Returns the place of each event's predecessor in its case, and the case of the first that does not follow.
        """
        buckets, before = self._buckets, list[int | None]()
        for at, (number, case, seq) in enumerate(of, place):
            if case is None:
                before.append(None)
                continue
            bucket = buckets[number]
            line = bucket.get(case)
            last, prev = _head(case, line) if line else (0, None)
            if seq != last + 1:
                return before, case
            bucket[case] = _line(case, at, seq)
            self._changed.add(number)
            before.append(prev)
        return before, None

    def write(self) -> dict[int, tuple[bytes, int]]:
        """Send what changed and forget what was read; returns hash and number of cases of the buckets."""
        made: dict[int, tuple[bytes, int]] = {}
        store(self._session, self._rows(made))
        self._buckets, self._changed = {}, set()
        return made

    def _rows(self, made: dict[int, tuple[bytes, int]]) -> Iterator[Row]:
        for number in sorted(self._changed):
            bucket = self._buckets[number]
            lines = "\n".join(sorted(bucket.values()))
            made[number] = bucket_hash(self._hashing, lines), len(bucket)
            yield number, len(bucket), lines, made[number][0].hex()


def _line(case: str, place: int, seq: int) -> str:
    return f'{CASE}{case}{INDEX}{place}{SEQ}{seq}}}'


def _head(case: str, line: str) -> Head:
    place, _, seq = line[len(CASE) + len(case) + len(INDEX):-1].partition(SEQ)
    try:
        return int(seq), int(place)
    except ValueError:
        raise LogAltered("audit_bucket", f"not the head of a case: {line!r}") from None


def heads_in(lines: str) -> dict[str, Head]:
    return {case: (int(seq), int(place)) for case, place, seq in LINE.findall(lines)}


def lines_of(heads: dict[str, Head]) -> str:
    return "\n".join(sorted(_line(case, place, seq) for case, (seq, place) in heads.items()))


def _lines(session: Session, numbers: Collection[int]) -> Iterable[Any]:
    query = select(AuditBucket.number, AuditBucket.lines).where(among(AuditBucket.number, sorted(numbers)))
    return session.execute(query) if numbers else ()


def store(session: Session, rows: Iterator[Row]) -> None:
    """Buckets in place of those of the same numbers; PostgreSQL takes some in while the next are made."""
    if session.get_bind().dialect.name == "sqlite":
        made = [dict(zip(_NAMES, row, strict=True)) for row in rows]
        if made:
            session.execute(text(_EACH), made)
        return
    raw = session.connection().connection.driver_connection
    with raw.pipeline(), raw.cursor() as cursor:
        while some := list(islice(rows, AT_ONCE)):
            cursor.execute(_ARRAYS, ["\x1e".join(map(str, column)) for column in zip(*some, strict=True)])


class CaseMap:
    """The hashes of the map, level by level: 65,536 buckets first. Moves on with the buckets that changed."""

    def __init__(self, hashing: Hashing) -> None:
        self.hashing, self.cases = hashing, [0] * BUCKETS
        self.levels, width = [[hashing.empty()] * BUCKETS], BUCKETS
        while width > 1:
            width //= 2
            below = self.levels[-1]
            self.levels.append([hashing.node(below[0], below[0])] * width)

    def change(self, buckets: dict[int, tuple[bytes, int]]) -> None:
        """buckets: hash and number of cases."""
        for number, (made, cases) in buckets.items():
            self.levels[0][number], self.cases[number] = made, cases
        touched = set(buckets)
        for below, above in zip(self.levels, self.levels[1:], strict=False):
            touched = {number // 2 for number in touched}
            for number in touched:
                above[number] = self.hashing.node(below[2 * number], below[2 * number + 1])

    @property
    def root(self) -> bytes:
        return self.levels[-1][0]

    def siblings(self, number: int) -> list[bytes]:
        """Sixteen, from the bucket's up."""
        return [level[(number >> at) ^ 1] for at, level in enumerate(self.levels[:-1])]


def read_map(session: Session, hashing: Hashing) -> CaseMap:
    """As the buckets say now."""
    found = CaseMap(hashing)
    rows = session.execute(select(AuditBucket.number, AuditBucket.cases, AuditBucket.hash)).all()
    found.change({row.number: (bytes.fromhex(row.hash), row.cases) for row in rows})
    return found


def proof(session: Session, hashing: Hashing, case: str) -> dict[str, Any]:
    """That the map has this head of the case, or none: `bucket`, its `lines`, and `siblings` from below, hex."""
    number = bucket_of(hashing, case)
    lines = next((found for _, found in _lines(session, [number])), "")
    siblings = read_map(session, hashing).siblings(number)
    return {"bucket": number, "lines": lines.split("\n") if lines else [], "siblings": [one.hex() for one in siblings]}
