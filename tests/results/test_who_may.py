"""Who may look at a sample, object to data, answer, put a retraction back, withdraw a load: each refusal by itself."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cases.models import Case
from database import db
from matching.feeds.models import FeedLoad
from matching.feeds.withdrawing import withdraw
from matching.results import disputes, releasing, retracting
from matching.results.disputes import Disputed
from matching.results.models import MatchingSample, SignRetraction
from staff.relatives import declare
from tests.case_builder import make_cases
from tests.people import ON, actor, make_account
from tests.results.registers import in_store, month, proposed, seen
from tests.results.test_retractions import DAY, DIED, NEXT, SEEN, case, sent, told
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough
__all__ = ["case"]


def refused(act: Callable[..., object], *given: object, by: str) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as caught:
        act(*given, actor=actor(by), on=DAY)
    return caught.value.codes


def test_nobody_looks_at_themselves_or_at_a_relative_in_a_sample(context: Flask) -> None:
    one, other = make_cases(ON, 2)
    make_account("li", ["caseworker"])
    make_account("herself", ["caseworker"], id_number=one.pensioner.id_number)
    declare(actor("li"), one.pensioner.id_number, "parent", ON)
    run = proposed([seen(one.id, SEEN)], DAY)
    assert refused(releasing.look, run.id, one.id, "as_said", by="herself") == ("OWN_CASE",)
    assert refused(releasing.look, run.id, one.id, "as_said", by="li") == ("RELATIVE",)
    make_account("chen", ["caseworker"])
    assert refused(releasing.look, run.id, one.id, "perhaps", by="chen") == ("NOTHING_CHANGES",)
    assert refused(releasing.look, run.id, other.id, "as_said", by="chen") == ("NOTHING_CHANGES",), "not in the sample"
    assert set(db.session.scalars(select(MatchingSample.finding))) == {None}


def test_an_objection_to_data_says_what_is_wrong_within_the_area(case: Case) -> None:
    make_account("elsewhere", ["caseworker"], office="510104")
    for about, grounds in (("weather", "本人健在"), ("death", " ")):
        assert refused(disputes.file, case.id, Disputed("cremations", about, grounds), by="li") == ("OPINION_MISSING",)
    assert refused(disputes.file, case.id, Disputed("cremations", "death", "健在"), by="elsewhere") == ("OUT_OF_AREA",)
    assert refused(disputes.file, case.id, Disputed("cremations", "death", "健在"), by="wang") == ("NO_GRANT",)


def test_an_answer_to_an_objection_is_one_of_three_with_a_note_and_comes_once(case: Case) -> None:
    row = disputes.file(case.id, Disputed("cremations", "death", "本人健在"), actor=actor("li"), on=DAY).id
    assert refused(disputes.answer, row, "kept", "来源确认", by="wang") == ("WRONG_STAGE",), "not sent yet"
    disputes.send(row, "函", actor=actor("wang"), on=DAY)
    assert refused(disputes.send, row, "函", by="wang") == ("WRONG_STAGE",)
    for said, note in (("perhaps", "不详"), ("kept", " ")):
        assert refused(disputes.answer, row, said, note, by="wang") == ("OPINION_MISSING",)
    make_account("elsewhere", ["reviewer"], office="510104")
    assert refused(disputes.answer, row, "kept", "来源确认", by="elsewhere") == ("OUT_OF_AREA",)


def test_a_retraction_is_put_back_within_the_area_only(case: Case) -> None:
    told(case)
    in_store("hospital_stays", "hospital_stay", case.pensioner_id, SEEN, ON)
    month(DAY)
    disputes.answer(sent(case), "corrected", "已更正", actor=actor("wang"), on=DAY)
    row = db.session.scalars(select(SignRetraction.id)).one()
    make_account("elsewhere", ["reviewer"], office="510104")
    assert refused(retracting.put_back, row, "来源再次确认", by="elsewhere") == ("OUT_OF_AREA",)
    assert retracting.put_back(row, "来源再次确认", actor=actor("zhao"), on=NEXT).reversed_on == NEXT


@pytest.mark.parametrize(("role", "place", "code"), [("reviewer", "510104", "OUT_OF_AREA"),
                                                     ("audit_administrator", "510107", "NO_GRANT")])
def test_a_load_is_withdrawn_by_the_chain_of_its_area_with_a_reason(case: Case, tmp_path: Path, role: str, place: str,
                                                                   code: str) -> None:
    load = in_store("cremations", "dead", case.pensioner_id, DIED, ON)
    make_account("qian", [role], office=place)
    with pytest.raises(TransitionRefused) as caught:
        withdraw(load.id, actor("qian"), DAY, "来源更正")
    assert code in caught.value.codes
    with pytest.raises(TransitionRefused, match="REASON_MISSING"):
        withdraw(load.id, actor("wang"), DAY, " ")
    assert db.session.get_one(FeedLoad, load.id).status == "loaded"
