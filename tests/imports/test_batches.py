"""A file of pensioners is proposed by one person and released by another, and every row is accounted for."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.imports.deciding import said
from cases.imports.proposing import propose
from cases.models import (
    Case,
    CaseTransition,
    DeathMark,
    Decision,
    ImportProposal,
    NamePart,
    Pensioner,
)
from database import db, transaction
from tests.imports.conftest import ON, csv_file, id_number, person
from tests.imports.loads import adds_up, codes, counts, loaded, only, statuses
from tests.people import actor, make_account


def test_a_proposed_file_has_created_nothing(tmp_path, office, li):
    batch = propose(csv_file(tmp_path, [person(1), person(2), person(3, 姓名="张?")]), office, li, ON)
    assert (batch.status, batch.rows, batch.good, batch.quarantined) == ("proposed", 3, 2, 1)
    assert db.session.scalar(select(func.count(Case.id))) == 0


def test_a_released_row_is_a_case_with_its_person_rate_step_and_event(tmp_path, office, li, wang):
    batch = loaded(tmp_path, [person(1, 历次待遇="2024-01:3100;2025-01:3210.50")], office, li, wang)
    case, step = only(Case), only(CaseTransition)
    assert (batch.status, *counts(batch)) == ("released", 1, 1, 0, 0, 0)
    assert case.case_no == "资510107-2026-000001" and case.office_path == office.path
    assert (case.state, case.due_on, case.last_certified_on) == ("verified", date(2026, 9, 1), date(2025, 9, 1))
    assert (step.action, step.from_state, step.to_state, step.step, step.on) == (
        "enter_verified",
        None,
        "verified",
        1,
        date(2025, 9, 1),
    )
    assert [(r.since_month, r.monthly_fen) for r in case.rates] == [("2024-01", 310000), ("2025-01", 321050)]
    pensioner = case.pensioner
    assert (pensioner.name, pensioner.id_number, pensioner.sex) == (
        "周秀英",
        id_number(1),
        "female" if int(id_number(1)[16]) % 2 == 0 else "male",
    )
    assert pensioner.residence_office.code == "510107001201" and pensioner.name_sort.startswith("zhou xiu ying")
    assert {"周", "秀英"} <= set(db.session.scalars(select(NamePart.part)))
    event = db.session.get_one(AuditEvent, step.event_id)
    assert (event.type, event.case_id, event.case_seq) == ("CaseEntered", case.id, 1)
    assert id_number(1).encode() not in event.canonical and "周秀英".encode() not in event.canonical


@pytest.mark.parametrize(
    "status, reason, since, state, entered_reason",
    [
        ("暂停发放", "逾期未认证", "2025-05-01", "suspended", "lapsed"),
        ("停发", "死亡", "2025-05-01", "stopped", "death"),
        ("终止", "死亡", "2025-05-01", "terminated", "death"),
        ("恢复发放", "", "2025-05-01", "resumed", None),
    ],
)
def test_a_case_enters_in_the_state_of_its_payment_with_reason_and_date(
    tmp_path, office, li, wang, status, reason, since, state, entered_reason
):
    row = person(1, 发放状态=status, 停发或暂停原因=reason) | {"暂停/停发日期": since}
    loaded(tmp_path, [row], office, li, wang)
    case = only(Case)
    assert (case.state, case.state_reason, case.state_since) == (state, entered_reason, date(2025, 5, 1))
    assert only(CaseTransition).on == date(2025, 5, 1)
    assert bool(case.withheld_from) == (state != "resumed")


def test_a_case_without_a_certification_that_counts_is_pending(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1, 最近认证日期="")], office, li, wang)
    assert only(Case).state == "pending"


def test_a_case_that_enters_overdue_has_a_full_warning_period_first(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1, 最近认证日期="2024-02-01")], office, li, wang)
    case = only(Case)
    assert (case.state, case.due_on, case.warn_from) == ("pending", date(2025, 2, 1), ON)


def test_loading_the_same_file_twice_is_loading_it_once(tmp_path, office, li, wang):
    rows = [person(1), person(2)]
    first = loaded(tmp_path, rows, office, li, wang)
    again = loaded(tmp_path, rows, office, li, wang)
    assert again.id == first.id and counts(again) == (2, 2, 0, 0, 0)
    other = loaded(tmp_path, [*rows, person(3)], office, li, wang, "四月.csv")
    assert counts(other) == (3, 1, 2, 0, 0)
    assert db.session.scalar(select(func.count(Case.id))) == 3
    assert db.session.scalar(select(func.count(ImportProposal.id))) == 0


@pytest.mark.parametrize("seed", range(3))
def test_every_row_is_loaded_unchanged_duplicate_or_quarantined_in_any_order(tmp_path, office, li, wang, seed):
    loaded(tmp_path, [person(1), person(2)], office, li, wang, "一月.csv")
    rows = [
        person(1),
        person(2, 姓名="周秀兰"),
        person(3),
        person(3),
        person(4, 身份证号="5.1E+17"),
        person(5, 险种="商业"),
        person(6),
        person(6, 姓名="吴桂芳"),
        person(7, **{"月待遇(元)": "1"}),
        person(7),
        person(8),
    ]
    random.Random(seed).shuffle(rows)
    batch = loaded(tmp_path, rows, office, li, wang, "二月.csv")
    assert adds_up(batch) and counts(batch) == (11, 2, 2, 1, 6)
    assert db.session.scalar(select(func.count(Case.id))) == 4


def test_contradicting_rows_of_one_person_are_all_quarantined_by_name(tmp_path, office, li):
    rows = [person(1), person(1, 姓名="吴桂芳"), person(2), person(2, **{"月待遇(元)": "1"})]
    batch = propose(csv_file(tmp_path, rows), office, li, ON)
    assert [codes(batch, n) for n in (2, 3, 4, 5)] == [["NAME_DIFFERS_IN_FILE"]] * 2 + [["CONFLICTING_DUPLICATE"]] * 2


def test_a_changed_fact_of_an_existing_case_is_proposed_and_never_updated(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1)], office, li, wang)
    changed = person(1, 姓名="周秀瑛", 银行账号="6228480099999999999", 最近认证日期="2026-02-01")
    batch = loaded(tmp_path, [changed], office, li, wang, "二月.csv")
    case = only(Case)
    assert statuses(batch) == {2: "proposed"} and counts(batch) == (1, 0, 1, 0, 0)
    assert (case.pensioner.name, case.payee_account, case.last_certified_on) == (
        "周秀英",
        "6228480012345678901",
        date(2025, 9, 1),
    )
    found = {p.kind: said(p) for p in db.session.scalars(select(ImportProposal))}
    assert found == {
        "change_identity": {"name": ("周秀英", "周秀瑛")},
        "change_payee": {"payee_account": ("6228480012345678901", "6228480099999999999")},
        "certify": {"last_certified_on": ("2025-09-01", "2026-02-01")},
    }
    loaded(tmp_path, [changed, person(2)], office, li, wang, "三月.csv")
    assert db.session.scalar(select(func.count(ImportProposal.id))) == 3
    assert db.session.scalar(select(func.count(Decision.id))) == 0, "people open decisions, a file does not"


def test_a_second_benefit_of_a_person_is_a_second_case_of_one_pensioner(tmp_path, office, li, wang):
    rows = [person(1), person(1, 险种="工伤", 待遇类别="伤残津贴")]
    loaded(tmp_path, rows, office, li, wang)
    assert db.session.scalar(select(func.count(Case.id))) == 2
    assert only(Pensioner).name == "周秀英"


def test_a_benefit_registered_elsewhere_is_quarantined_without_details(tmp_path, office, li, wang):
    from staff.offices import office_by_code

    loaded(tmp_path, [person(1)], office, li, wang)
    make_account("li.there", ["caseworker"], "510104")
    make_account("wang.there", ["reviewer"], "510104")
    row = person(1, 居住地="")
    batch = loaded(tmp_path, [row], office_by_code("510104"), actor("li.there"), actor("wang.there"))
    assert codes(batch, 2) == ["REGISTERED_ELSEWHERE"] and adds_up(batch)


def test_a_dead_persons_new_benefit_is_not_paid(tmp_path, office, li, wang):
    loaded(tmp_path, [person(1)], office, li, wang)
    with transaction():
        db.session.add(
            DeathMark(pensioner_id=only(Pensioner).id, died_on=date(2026, 1, 1), source="cremation", marked_on=ON)
        )
    batch = loaded(tmp_path, [person(1, 险种="工伤", 待遇类别="伤残津贴")], office, li, wang, "二月.csv")
    assert codes(batch, 2) == ["DEATH_MARKED"]
