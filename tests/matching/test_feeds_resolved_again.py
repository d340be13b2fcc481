"""Whoever is entered after a load, moves or gets another number is found in what came before, as if loaded today."""
from __future__ import annotations

import random
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.models import Case, Certification, Pensioner
from database import db, transaction
from database.types import blind_index
from matching.feeds import again
from matching.feeds.again import resolve_again
from matching.feeds.checking import SignsDiffer
from matching.feeds.models import FeedLoad, FeedResolution
from matching.feeds.store import raw_file, resolved_folder, rows_folder, sign_files, store
from matching.feeds.withdrawing import withdraw
from matching.results import applying, clearing, releasing, running
from matching.results.models import MatchingRun
from matching.results.running import Wanted
from matching.results.unsaid import undo_unsaid
from matching.store import Store
from staff.models import NaturalPerson
from tests.case_builder import make_case, pensioner_id_number
from tests.matching.feeds import ON, csv_file, loaded, signs
from tests.people import actor, make_account
from tests.replay.damaging import each_is_named
from tests.results.registers import looked_at, month

APRIL = date(2026, 4, 20)
AREA = "51/5101/510107/"


def _trip(number: str, day: str = "2026-03-01", name: str = "周秀英") -> tuple[str, ...]:
    return name, number, day, "已乘车"


@pytest.fixture
def staff(context: Flask) -> None:
    for name, role in (("li", "caseworker"), ("wang", "reviewer")):
        make_account(name, [role])


def _renumber(person: Pensioner, number: str) -> None:
    """As a decision on identity leaves the person."""
    with transaction() as session:
        natural = NaturalPerson(id_number_index=blind_index(number))
        session.add(natural)
        session.flush()
        person = session.get_one(Pensioner, person.id)
        person.natural_person_id, person.id_number = natural.id, number
        person.version += 1


def _events() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(
        AuditEvent.type == "FeedResolvedAgain"))


@pytest.mark.article("SC-9", "SC-33", "QD-15")
def test_a_life_sign_loaded_in_march_certifies_in_april_whoever_was_entered_in_april(staff, city, clock, tmp_path):
    number = pensioner_id_number()
    clock.move_to(ON)
    load = loaded(csv_file(tmp_path, [_trip(number, "2026-03-02")]))
    assert (load.outside, signs(load)) == (1, [])
    clock.move_to(APRIL)
    case = make_case(APRIL, 身份证号=number)
    run = running.run(Wanted("2026-04", AREA, APRIL))
    assert signs(load) == [(case.pensioner_id, "2026-03-02", "travel_record", 2, 2)]
    _released(run, APRIL)
    assert db.session.get_one(Case, case.id, populate_existing=True).last_certified_on == date(2026, 3, 2)
    each_is_named("resolved again")


def test_a_corrected_number_finds_its_rows_and_lets_go_of_the_others(city, tmp_path) -> None:
    person, right = city[0], pensioner_id_number()
    load = loaded(csv_file(tmp_path, [_trip(person.id_number), _trip(right, "2026-03-09"), _trip(city[1].id_number)]))
    stays = signs(load)[1:]
    _renumber(person, right)
    assert resolve_again([load.id], ON) == 1
    assert signs(load) == [(person.id, "2026-03-09", "travel_record", 2, 3), *[(*one[:3], 1, one[4]) for one in stays]]
    row = db.session.scalars(select(FeedResolution)).one()
    assert (row.came, row.went, row.people, _events()) == (1, 1, 1, 1)
    assert resolve_again([load.id], ON) == 0 and _events() == 1


def test_whoever_comes_into_the_area_is_found_and_whoever_leaves_it_no_longer(city, tmp_path) -> None:
    make_account("yang.feeds", ["caseworker"], "510107")
    there = make_case(ON, "510104", 姓名="邻县人")
    here = db.session.scalars(select(Case).filter_by(pensioner_id=city[0].id)).one()
    load = loaded(csv_file(tmp_path, [_trip(city[0].id_number), _trip(there.pensioner.id_number)]), office="510107",
                  who="yang.feeds")
    assert [sign[0] for sign in signs(load)] == [city[0].id]
    with transaction() as session:  # as transfers leave the two cases
        one, other = session.get_one(Case, here.id), session.get_one(Case, there.id)
        one.office_path, other.office_path = other.office_path, one.office_path
        one.paying_office_id, other.paying_office_id = other.paying_office_id, one.paying_office_id
    resolve_again([load.id], ON)
    assert [sign[0] for sign in signs(load)] == [there.pensioner_id]


def test_nothing_is_written_where_nothing_changed_and_a_load_of_before_is_looked_at_whole(city, tmp_path) -> None:
    load = loaded(csv_file(tmp_path, [_trip(city[0].id_number)]))
    before = signs(load)
    assert resolve_again([load.id], ON) == 0
    with transaction() as session:
        session.get_one(FeedLoad, load.id).register = None  # as loads were before their register was noted
    assert resolve_again([load.id], ON) == 0 and signs(load) == before and _events() == 0
    assert db.session.get_one(FeedLoad, load.id, populate_existing=True).register


@pytest.mark.article("SC-9", "SC-33")
def test_whom_a_row_was_not_about_is_no_longer_certified_by_it(staff, city, clock, tmp_path) -> None:
    """The number stood with the wrong person here; the register told of somebody else's journey."""
    clock.move_to(APRIL)
    person, other = city[:2]
    rode = [_trip(one.id_number, "2026-04-02", one.name) for one in (person, other)]
    loaded(csv_file(tmp_path, rode), on=APRIL)
    month(APRIL)
    assert [_certified(one) for one in (person, other)] == [date(2026, 4, 2)] * 2
    _renumber(person, pensioner_id_number())
    month(date(2026, 5, 20))
    assert _certified(person) != date(2026, 4, 2) and _certified(other) == date(2026, 4, 2)
    assert [row.status for row in db.session.scalars(select(Certification).where(
        Certification.source_ref.startswith("feed/")).order_by(Certification.pensioner_id))] == ["withdrawn", "valid"]
    assert undo_unsaid(APRIL) == {} and not list(resolved_folder().rglob("unsaid"))


def test_whoever_goes_to_another_area_keeps_what_their_rows_proved(staff, city, clock, tmp_path) -> None:
    clock.move_to(APRIL)
    person = city[0]
    make_account("yang.feeds", ["caseworker"], "510107")
    there = make_case(ON, "510104", 姓名="邻县人")
    loaded(csv_file(tmp_path, [_trip(person.id_number, "2026-04-02")]), office="510107", who="yang.feeds", on=APRIL)
    month(APRIL)
    with transaction() as session:  # as a transfer leaves the case
        case, gone = session.get_one(Case, _case(person).id), session.get_one(Case, there.id)
        case.office_path, case.paying_office_id = gone.office_path, gone.paying_office_id
    running.run(Wanted("2026-05", AREA, date(2026, 5, 20)))
    assert _certified(person) == date(2026, 4, 2)
    assert db.session.scalars(select(FeedResolution)).one().went == 1


def _case(person: Pensioner) -> Case:
    return db.session.scalars(select(Case).filter_by(pensioner_id=person.id)).one()


def _certified(person: Pensioner) -> date | None:
    return db.session.get_one(Case, _case(person).id, populate_existing=True).last_certified_on


def _released(run: MatchingRun, on: date) -> None:
    looked_at(run, on)
    releasing.release(run.id, actor=actor("wang"), on=on)
    applying.apply(run.id, on=on)


def _found(afresh: bool) -> tuple[str, dict[str, bytes]]:
    """Mode and files of the state that a run of April leaves."""
    found = running.find(Wanted("2026-04", AREA, APRIL, afresh), lambda *_: None)
    folder = store() / "state" / found.directory
    return found.mode, {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".json"}


@pytest.mark.parametrize("seed", [1, 2])
def test_resolved_again_is_loaded_today_and_incremental_runs_are_full_ones(staff, city, clock, tmp_path, seed) -> None:
    draw, coming = random.Random(seed), [pensioner_id_number() for _ in range(4)]
    numbers = [*coming, *(person.id_number for person in city)]
    files = [csv_file(tmp_path, [_trip(draw.choice(numbers), f"2026-0{draw.randint(1, 3)}-{draw.randint(1, 9):02}")
                                 for _ in range(12)], name=f"{at}.csv") for at in range(3)]
    clock.move_to(ON)
    loads = [loaded(path) for path in files]
    _released(running.run(Wanted("2026-03", AREA, ON)), ON)
    clock.move_to(APRIL)
    for number in coming[:draw.randint(1, 3)]:
        make_case(APRIL, 身份证号=number)
    _renumber(draw.choice(city), coming[3])
    quick, slow = _found(afresh=False), _found(afresh=True)
    assert (quick[0], slow[0]) == ("incremental", "full") and quick[1] == slow[1] and len(quick[1]) > 1
    assert db.session.scalar(select(func.count(FeedResolution.id)))
    for path, one in zip(files, loads, strict=True):
        kept = signs(one)
        withdraw(one.id, actor("li.feeds"), APRIL, "再载入一次")
        assert kept == signs(loaded(path))


@pytest.mark.parametrize("step", ["before the record of it", "before it is in its place"])
def test_killed_while_resolving_again_the_next_time_goes_on(city, tmp_path, monkeypatch, step) -> None:
    right = pensioner_id_number()
    load = loaded(csv_file(tmp_path, [_trip(city[0].id_number), _trip(right)]))
    _renumber(city[0], right)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(again, "locked" if step.startswith("before the") else "_place", killed)
    with pytest.raises(KeyboardInterrupt):
        resolve_again([load.id], ON)
    monkeypatch.undo()
    assert [sign[4] for sign in signs(load)] == [2]
    resolve_again([load.id], ON)
    assert [sign[4] for sign in signs(load)] == [3] and _events() == 1
    assert [path for path in resolved_folder().rglob("*.parquet") if path.parent.name not in ("moved", "unsaid")] == []


@pytest.mark.parametrize("damage", ["altered", "lost", "added"])
def test_a_run_reads_no_file_of_signs_that_is_not_as_it_was_recorded(city, tmp_path, damage) -> None:
    load = loaded(csv_file(tmp_path, [_trip(city[0].id_number)]))
    (path,) = sign_files(load.id).values()
    if damage == "altered":
        path.write_bytes(path.read_bytes()[:-1] + b"2")
    elif damage == "lost":
        path.unlink()
    else:
        path.with_name("7.parquet").write_bytes(path.read_bytes())
    with pytest.raises(SignsDiffer, match=load.public_id):
        running.run(Wanted("2026-03", AREA, ON))
    with pytest.raises(SignsDiffer, match=load.public_id):
        running.dry_run(Wanted("2026-03", AREA, ON))


def test_who_was_moved_is_forgotten_when_every_run_that_is_left_knows_it(staff, city, tmp_path) -> None:
    right = pensioner_id_number()
    load = loaded(csv_file(tmp_path, [_trip(right)]))
    month(ON)
    _renumber(city[0], right)
    for number in (4, 5):
        month(date(2026, number, 20))
    assert list(resolved_folder().iterdir())  # the run of March does not know it, and June's may have to start there
    for number in (6, 7):
        month(date(2026, number, 20))
    clearing.clear(Store(store()))
    assert not list(resolved_folder().iterdir()) and [sign[0] for sign in signs(load)] == [city[0].id]
    assert running.run(Wanted("2026-08", AREA, date(2026, 8, 20))).mode == "incremental"


def test_a_withdrawn_load_keeps_its_file_and_loses_the_hashes_of_its_rows(city, tmp_path) -> None:
    load = loaded(csv_file(tmp_path, [_trip(city[0].id_number)]))
    clearing.clear(Store(store()))
    assert list(rows_folder(load.public_id).iterdir())
    withdraw(load.id, actor("li.feeds"), ON, "发错了")
    clearing.clear(Store(store()))
    assert not any(rows_folder(load.public_id).iterdir()) and raw_file(load.public_id).is_file()
