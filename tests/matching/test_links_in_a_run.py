"""What people confirm takes part in the next run of matching, as something to be verified and nothing more (QD 19)."""
from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from audit.models import AuditEvent
from cases.models import Case, Certification, Decision
from database import db
from matching.feeds.freshness import freshness
from matching.feeds.models import TIED, FeedLoad
from matching.linkage.comparing import compare_month
from matching.linkage.deciding import decide
from matching.linkage.signs import write_confirmed
from matching.linkage.tables import MatchSuggestion
from matching.results import running
from matching.results.models import ListChange
from matching.results.running import Wanted
from tests.case_builder import make_case
from tests.matching.feeds import ON, csv_file, loaded, signs
from tests.people import actor, make_account

pytestmark = pytest.mark.sqlite_is_enough
AREA, APRIL = "51/5101/510107/", date(2026, 4, 20)
CREMATED = ("姓名", "身份证号", "死亡日期", "出生日期", "性别")


@pytest.fixture
def tied(context, clock, feed_store, tmp_path) -> tuple[Case, FeedLoad]:
    """A cremation of a covered number, suggested by the month's comparison."""
    clock.move_to(ON)
    make_account("li", ["caseworker"])
    case = make_case(ON)
    row = (case.pensioner.name, "510107********0000", "2026-03-01", f"{case.pensioner.birth_on:%Y-%m-%d}", "女")
    brought = loaded(csv_file(tmp_path, [row], CREMATED), "cremations", office="510107", who="li")
    assert compare_month("2026-03", AREA, ON) == {"row": 1} and compare_month("2026-02", AREA, ON) == {}
    return case, brought


def _listed(case: Case, run) -> tuple[str, str]:
    row = db.session.scalars(select(ListChange).filter_by(run_id=run.id, case_id=case.id)).one()
    return row.list, row.reason


@pytest.mark.article("QD-19", "SC-14")
def test_a_confirmed_death_has_the_person_verified_by_the_next_run(tied) -> None:
    case, brought = tied
    before = running.dry_run(Wanted("2026-03", AREA, ON))
    assert before.came and not [reason for _list, reason, _source in before.came if reason == "doubtful_loss"]
    decide(db.session.scalars(select(MatchSuggestion.id)).one(), "confirmed", "核对一致", actor=actor("li"), on=ON)
    made = running.run(Wanted("2026-03", AREA, date(2026, 3, 16)))
    assert _listed(case, made) == ("to_be_verified", "doubtful_loss")
    beside = db.session.scalars(select(FeedLoad).where(FeedLoad.file_name == f"{TIED}{brought.public_id}")).one()
    assert signs(beside)[0][3] == 1 and beside.loaded_by == brought.loaded_by
    assert not db.session.scalars(select(Decision)).all()
    assert not db.session.scalars(select(Certification).where(Certification.submitted_on >= ON)).all()


def test_links_are_written_once_and_make_no_source_look_fresh(tied) -> None:
    _case, brought = tied
    decide(db.session.scalars(select(MatchSuggestion.id)).one(), "confirmed", "核对一致", actor=actor("li"), on=ON)
    assert (write_confirmed([brought.id], APRIL), write_confirmed([brought.id], APRIL)) == (1, 0)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "FeedLoaded")
                               .order_by(AuditEvent.id.desc())).first()
    assert event.actor == "SYSTEM"
    (source,) = [one for one in freshness(actor("li"), APRIL) if one.source.key == "cremations"]
    assert (source.loaded_on, source.loads) == (ON, 1)


def test_a_dry_run_writes_no_link(tied) -> None:
    decide(db.session.scalars(select(MatchSuggestion.id)).one(), "confirmed", "核对一致", actor=actor("li"), on=ON)
    running.dry_run(Wanted("2026-03", AREA, ON))
    assert len(db.session.scalars(select(FeedLoad)).all()) == 1
