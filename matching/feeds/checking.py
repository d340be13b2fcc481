"""The files of signs beside what the database recorded of them: nothing is read that was altered, added or lost."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from database import db
from matching.feeds.models import FeedLoad
from matching.feeds.store import sha256_of, sign_files
from workflows.transition import Refusal, TransitionRefused

AT_ONCE = 500  # loads a query
NAMED = 5  # files that a refusal names


class SignsDiffer(TransitionRefused):
    """`files`: "public id of the load/bucket" of each file that is not as it was recorded."""

    def __init__(self, files: list[str]):
        named = ", ".join(files[:NAMED]) + (" …" if len(files) > NAMED else "")
        super().__init__((Refusal("SIGNS_DIFFER", {"n": len(files), "files": named}),))
        self.files = files

    def __str__(self) -> str:
        return ", ".join(self.files)


def must_be_as_recorded(loads: Iterable[int]) -> None:
    """Raises SignsDiffer."""
    if files := list(differing(loads)):
        raise SignsDiffer(files)


def differing(loads: Iterable[int]) -> Iterator[str]:
    """Files of these loads that are there and should not be, should be and are not, or hold something else."""
    numbers = sorted(loads)
    for start in range(0, len(numbers), AT_ONCE):
        query = select(FeedLoad.id, FeedLoad.public_id, FeedLoad.signs).where(
            FeedLoad.id.in_(numbers[start:start + AT_ONCE])).order_by(FeedLoad.id)
        for number, name, recorded in db.session.execute(query).all():
            there = {str(bucket): path for bucket, path in sign_files(number).items()}
            for bucket in sorted(there.keys() | recorded.keys(), key=int):
                if bucket not in there or sha256_of(there[bucket]) != recorded.get(bucket):
                    yield f"{name}/{bucket}"
