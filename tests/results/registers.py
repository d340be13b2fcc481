"""What registers said, for tests: changes of list as the engine hands them over, with codes of the real catalogue."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from audit.events import FeedLoaded
from audit.log import record
from database import transaction
from matching.definition import NUMBER_AND_NAME, UNDATED, Sign, day_number
from matching.feeds.loading import digest_of
from matching.feeds.models import FeedLoad
from matching.feeds.store import sha256_of, sign_files
from matching.feeds.store import store as folder
from matching.results import applying, proposing, releasing, running
from matching.results.models import MatchingRun, MatchingSample
from matching.results.proposing import Change, Found
from matching.results.running import Wanted
from matching.store import Store
from rules.feeds import catalogue
from tests.matching.files import write_signs
from tests.people import actor

AREA = "51/5101/510107/"
SAID = {"hospital_stay": "hospital_stays", "border_crossing": "border_crossing", "cremation": "cremations",
        "missing": "court_declarations"}


def code_of(source: str, said: str) -> int:
    return catalogue().code(source, said)


def seen(case: int, day: date, load: int = 1, row: int = 1) -> Change:
    """In hospital, not critically ill: proof of life in Sichuan."""
    return Change(case, "eligible", "hospital_stay", "hospital_stays", code_of("hospital_stays", "hospital_stay"), load,
                  row, day, 2)


def dead(case: int, day: date | None, load: int = 2, row: int = 1) -> Change:
    return Change(case, "lost", "dead", "cremations", code_of("cremations", "dead"), load, row, day, 2)


def lost(case: int, source: str, sign: str, day: date | None, load: int = 3, row: int = 1) -> Change:
    return Change(case, "lost", sign, source, code_of(source, sign), load, row, day, 2)


def unknown(case: int, reason: str = "neither_list") -> Change:
    return Change(case, "to_be_verified", reason)


def proposed(changes: Iterable[Change], on: date, area: str = AREA, loads: tuple[str, ...] = ()) -> MatchingRun:
    kept = list(changes)
    return proposing.propose(Found(f"{on:%Y-%m}", area, on, "full", f"runs/{on}", "digest", loads, lambda: kept))


def looked_at(run: MatchingRun, on: date, by: str = "li") -> None:
    """Every case of the sample is as the list says."""
    from database import db

    for row in db.session.query(MatchingSample).filter_by(run_id=run.id, finding=None).all():
        releasing.look(run.id, row.case_id, "as_said", actor=actor(by), on=on)


def released(changes: Iterable[Change], on: date, **more: object) -> MatchingRun:
    run = proposed(changes, on, **more)  # type: ignore[arg-type]
    looked_at(run, on)
    return releasing.release(run.id, actor=actor("wang"), on=on)


def compared(changes: Iterable[Change], on: date, *, looks: str, releases: str, area: str) -> MatchingRun:
    """Carried out by these people."""
    run = proposed(changes, on, area)
    looked_at(run, on, looks)
    releasing.release(run.id, actor=actor(releases), on=on)
    applying.apply(run.id, on=on)
    return run


def applied(changes: Iterable[Change], on: date, **more: object) -> MatchingRun:
    run = released(changes, on, **more)
    applying.apply(run.id, on=on)
    return run


def in_store(source: str, said: str, person: int, day: date | None, on: date, row: int = 1) -> FeedLoad:
    """A load of one row about one person, as if it had been read on that day: its sign stands in the store."""
    with transaction() as session:
        loaded = FeedLoad(
            source=source, area_path=AREA, file_name="one.csv", sha256=f"{source}{said}{person}{day}{on}{row}"[:64],
            status="loaded", rows=1, loaded=1, resolved=1, loaded_by=actor("li").account_id,
            loaded_by_person=actor("li").natural_person_id, loaded_on=on)
        session.add(loaded)
        session.flush()
        write_signs(Store(folder()), [Sign(person, day_number(day) if day else UNDATED, code_of(source, said),
                                           NUMBER_AND_NAME, loaded.id, row)])
        loaded.signs = {str(bucket): sha256_of(path) for bucket, path in sign_files(loaded.id).items()}
        record(FeedLoaded(
            load=loaded.public_id, source=source, person=loaded.loaded_by_person, office=AREA, file_name="one.csv",
            sha256=loaded.sha256, rows=1, loaded=1, unchanged=0, duplicate=0, quarantined=0, outside=0, unlinked=0,
            resolved=1, signs=digest_of(loaded.signs)), actor=actor("li"), on=on, office_path=AREA)
    return loaded


def month(on: date, *, afresh: bool = False) -> MatchingRun:
    """The county's comparison, looked at, released and carried out."""
    run = running.run(Wanted(f"{on:%Y-%m}", AREA, on, afresh))
    looked_at(run, on)
    releasing.release(run.id, actor=actor("wang"), on=on)
    applying.apply(run.id, on=on)
    return run
