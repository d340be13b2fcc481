"""What an office does beside its cases: people near the age are told, the old are visited, inspectors come."""
from __future__ import annotations

import csv
import tempfile
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from cases import corrections, pressing
from cases.duties import inspecting
from cases.duties.inspecting import Inspected
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.ledgers.follow_ups import Said
from cases.ledgers.home_service import serve
from cases.models import Case, Correction, CorrectionSending, DutyRecord, NearingAge, Pensioner, Pressing
from cases.nearing_age import register as near_age
from cases.nearing_age.telling import tell
from cases.pressing import Demand
from database import db
from demo.chain import CHAINS, village_officer
from demo.office_staff import actor
from demo.register import id_number, person_name
from staff.models import Office
from staff.offices import office_by_code
from workflows.case_lifecycle import PAID
from workflows.deadlines import add_months

COUNTY, INSPECTOR = "510107", "inspector"
LISTED_AT, NEAR = 5, 16  # months before today; how many people
UNREACHABLE = 4  # which of them has neither telephone nor address
TOLD_FROM_HOUR = 10
OLD = 80 * 12  # months
SERVED = (("appointment", "老人行动不便，约定上门。"), ("served_at_home", "上门核实并采集照片，本人健在。"),
          ("served_out_of_hours", "晚间在家中办理，子女在场。"), ("service_declined", "本人愿到窗口办理。"))
FITS = ("review_eligible", "缴费年限已核，符合条件。")
REVIEWS = (FITS, ("review_contributions_short", "缴费不足，已告知补缴办法。"), FITS)
HEADINGS = ("案件编号", "姓名", "公民身份号码", "恢复日期", "决定书编号", "应撤销的死亡日期")


def month(on: date, left: int) -> None:
    """left: months from `on` to today."""
    ACTS.get(left, lambda _on: None)(on)
    if left <= LISTED_AT:
        tell(on, today=on, hour=TOLD_FROM_HOUR)


def _near_age(on: date) -> None:
    """A list of insured persons who reach the age within a year, proposed and released."""
    random, used, (maker, releaser, _approver) = Random(NEAR), set(), CHAINS[COUNTY]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"near-{COUNTY}-{on:%Y%m}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(("姓名", "身份证号", "险种", "联系电话", "居住地址", "缴费月数"))
            out.writerows(_insured(random, used, at, on) for at in range(NEAR))
        release(propose(path, office_by_code(COUNTY), actor(maker), on, kind="nearing_age"), actor(releaser), on)


def _insured(random: Random, used: set[str], at: int, on: date) -> tuple[str, ...]:
    born = add_months(on, 4 + at * 12 // NEAR - 60 * 12) + timedelta(random.randrange(20))
    phone = f"139{at:08d}" if at % 4 else ""
    address = "" if at == UNREACHABLE else f"浆洗街 {at + 1} 号"
    return (person_name(random), id_number(random, COUNTY, born, used), "城乡居民", phone, address,
            str(random.randrange(120, 400)))


def _reviewed(on: date) -> None:
    """Some of those who were told have been reviewed, one has applied."""
    told = list(db.session.scalars(select(NearingAge.id).where(NearingAge.told_on.is_not(None)).order_by(
        NearingAge.reaches_on, NearingAge.id)))
    db.session.rollback()
    for entry, (act, words) in zip(told, REVIEWS, strict=False):
        near_age.note(entry, act, words, actor=actor("li"), on=on)
    for entry in told[:1]:
        near_age.note(entry, "applied", "本人到窗口申领，材料齐全。", actor=actor("chen"), on=on)


def _pressed(on: date) -> None:
    """The city presses its counties about whoever falls due soon."""
    for county in ("510107", "510104"):
        _press("city.wang", county, "about_to_pass", "请逐户核实，未认证的在期限内办结。", on)


def _answered(on: date) -> None:
    asked = db.session.scalar(select(Pressing.id).where(Pressing.to_path.like(f"%/{COUNTY}/")).limit(1))
    db.session.rollback()
    if asked:
        pressing.answer(asked, "已逐户联系，除外出人员外均已认证。", actor=actor("wang"), on=on)


def _press(who: str, office: str, name: str, words: str, on: date) -> None:
    above, below = db.session.get_one(Office, actor(who).office_id), office_by_code(office)
    if pressing.count(name, above, below, on):
        db.session.rollback()
        pressing.press(Demand(office, name, words, on + timedelta(20)), actor=actor(who), on=on)
    db.session.rollback()


def _at_home(on: date) -> None:
    """The old are visited where they live; somebody younger who is ill is put on the register."""
    mine = select(Case).join(Pensioner, Pensioner.id == Case.pensioner_id).where(
        Case.state.in_(PAID), Case.office_path.like(f"%/{COUNTY}/"), ~Pensioner.death_marks.any()).order_by(Case.id)
    old = [(one.id, village_officer(one)) for one in db.session.scalars(
        mine.where(Pensioner.birth_on <= add_months(on, -OLD)).limit(len(SERVED)))]
    ill = db.session.scalars(mine.where(Pensioner.birth_on > add_months(on, -OLD)).limit(1)).first()
    ill_id = ill and ill.id
    db.session.rollback()
    for (case_id, officer), (kind, note) in zip(old, SERVED, strict=False):
        again = on + timedelta(10) if kind == "appointment" else None
        serve(case_id, Said(kind, note, again), actor=actor(officer), on=on)
    if ill_id:
        serve(ill_id, Said("home_service_needed", "脑卒中后卧床，由家属代为说明。"), actor=actor("li"), on=on)


def _checked_and_closed(on: date) -> None:
    found = inspecting.enter(Inspected(COUNTY, "routine_check", "成都市社会保险事业管理局（示例）", on,
                                       "两份认证材料缺少现场照片。", "补齐照片，逐件复核。", on + timedelta(30)),
                             actor=actor(INSPECTOR), on=on)
    inspecting.correct(found.id, "已补拍并复核。", actor=actor("li"), on=on + timedelta(12))
    inspecting.close(found.id, actor=actor(INSPECTOR), on=on + timedelta(20))


def _checked_and_open(on: date) -> None:
    inspecting.enter(Inspected("510104", "special_check", "成都市社会保险事业管理局（示例）", on,
                               "一人一档目录与系统不一致。", "逐卷核对目录并更正。", on + timedelta(25)),
                     actor=actor(INSPECTOR), on=on)


def _volumes_checked(on: date) -> None:
    bound = db.session.scalar(select(DutyRecord.public_id).where(
        DutyRecord.kind == "archive_binding", DutyRecord.office_id == office_by_code(COUNTY).id)
        .order_by(DutyRecord.id.desc()).limit(1))
    db.session.rollback()
    if bound:
        inspecting.enter(Inspected(COUNTY, "archive_check", "成都市社会保险事业管理局（示例）", on,
                                   "抽查一卷，装订与目录相符。", volumes=bound), actor=actor(INSPECTOR), on=on)


def _corrections(on: date) -> None:
    """What is open is sent to the ministry; it answers."""
    made = corrections.send("ministry_comparison", "xlsx", HEADINGS, _line, actor=actor("city.li"), on=on)
    made.close()
    sending = db.session.scalar(select(CorrectionSending.id).order_by(CorrectionSending.id.desc()).limit(1))
    db.session.rollback()
    corrections.receive(sending, "回执〔示例〕0087", actor=actor("city.li"), on=on)


def _line(row: Correction, died_on: date | None) -> list[object]:
    case = row.case
    number = row.decision and row.decision.decision_no
    return [case.case_no, case.pensioner.name, case.pensioner.id_number, row.arose_on, number, died_on]


def _last_month(on: date) -> None:
    _at_home(on)
    _volumes_checked(on)
    _corrections(on)
    _answered(on)


def _two_months_ago(on: date) -> None:
    _checked_and_open(on)
    _pressed(on)


def _today(on: date) -> None:
    _reviewed(on)
    for town in ("510107001", "510107009"):
        _press("wang", town, "past", "请入户核实并反馈。", on)


ACTS = {8: _checked_and_closed, LISTED_AT: _near_age, 2: _two_months_ago, 1: _last_month, 0: _today}
