"""What the registers said that was not plain: a man taken for dead, cases taken over from an employer, damaged rows."""
from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from cases.models import Case, DeathMark, Decision, Pensioner
from database import db
from demo import links, payments, register
from demo.bringing import bring_in
from demo.chain import CHAINS, carry, propose, sign_waiting
from demo.office_staff import actor
from demo.registers import LOADER, Row, seen, send
from matching.feeds.models import FeedLoad
from matching.feeds.withdrawing import withdraw
from matching.results import disputes
from matching.results.disputes import Disputed
from matching.results.models import DataDispute, MatchingRun
from staff.models import StaffAccount

Said = dict[str, list[Row]]
TAKEN_OVER, DEAD_OF_THEM = 24, 21  # more deaths than a register may tell of in a month without two people
DECIDED_OF_THEM = 17
EMPLOYER = "锦江食品厂"
TAKEN_FROM = "510104"
WRONG = "household_cancellation"
ALIVE_PAPERS = ("home_visit_record", "source_correction", "photo_or_video")


def before(on: date, left: int) -> None:
    """What people did before the month's run."""
    {3: _imprisoned, 2: _objected, 1: _answered, 0: _objected_again}.get(left, lambda _on: None)(on)


def add(said: Said, on: date, left: int) -> None:
    """Rows beside those of whoever was seen."""
    {3: _taken_for_dead, 1: _dead_of_the_taken_over, 0: _dead_and_on_a_train}.get(left, lambda _s, _on: None)(said, on)


def after(run: MatchingRun, on: date, left: int) -> None:
    """What people did with what the run proposed."""
    {3: _stop_wrongly, 1: _stop_taken_over}.get(left, lambda _on: None)(on)
    if left == 1:
        links.look_for(on)


def _people(*, county: str = "510107", benefit: str | None = None, many: int = 1) -> list[tuple[int, str, str]]:
    """Case, name and number of certified pensioners, the latest case first."""
    query = (select(Case.id, Pensioner.name, Pensioner.id_number).join(Pensioner, Pensioner.id == Case.pensioner_id)
             .where(Case.state == "verified", Case.office_path.like(f"%/{county}/")).order_by(Case.id.desc()))
    found = db.session.execute(query.where(Case.benefit_kind == benefit) if benefit else query).all()
    db.session.rollback()
    return [tuple(row) for row in found[:many]]


def _day(on: date, days: int) -> str:
    return (on - timedelta(days)).isoformat()


def _imprisoned(on: date) -> None:
    (_case, name, number), = _people(county="510104")
    send("court_sentences", [(name, number, _day(on, 25), "有期徒刑")], on)
    for _case, name, number in _people(benefit="dependants_allowance"):
        send("marriages", [(name, number, _day(on, 12), "结婚登记")], on)


def _taken_for_dead(said: Said, on: date) -> None:
    """A household was cancelled under the wrong number."""
    (_case, name, number), = _people(benefit="pension")
    for rows in said.values():
        rows[:] = [row for row in rows if row[1] != number]
    said[WRONG] = [(name, number, on.isoformat(), "死亡")]


def _wronged() -> int | None:
    """The case of the person taken for dead."""
    found = db.session.scalar(select(Case.id).join(DeathMark, DeathMark.pensioner_id == Case.pensioner_id).where(
        DeathMark.source == WRONG).order_by(Case.id))
    db.session.rollback()
    return found


def _stops(of: int | None = None, county: str = "510107") -> list[Decision]:
    query = select(Decision).join(Case, Decision.case_id == Case.id).where(
        Decision.kind == "stop", Decision.reason == "death", Decision.stage == "initial_review",
        Decision.proposed_by_system, Case.office_path.like(f"%/{county}/")).order_by(Decision.id)
    return list(db.session.scalars(query.where(Case.id == of) if of else query))


def _stop_wrongly(on: date) -> None:
    if case_id := _wronged():
        for decision in _stops(of=case_id):
            sign_waiting(decision, CHAINS["510107"], on)


def _objected(on: date) -> None:
    if case_id := _wronged():
        row = disputes.file(case_id, Disputed(WRONG, "death", "本人健在，户口注销系同名同姓误登。"),
                            actor=actor("li"), on=on)
        disputes.send(row.id, "成武社保函〔示例〕第 12 号", actor=actor("li"), on=on)


def _answered(on: date) -> None:
    """Put right by three people; the register takes its file back."""
    row = db.session.scalar(select(DataDispute.id).where(DataDispute.status == "sent"))
    db.session.rollback()
    if row is None:
        return
    disputes.answer(row, "corrected", "公安机关复函：误登，已恢复户口。", actor=actor("wang"), on=on)
    carry(propose(_wronged(), "chen", "annul_death_mark", "death", on, ALIVE_PAPERS, resume=True,
                  arrears_reason="death"), ("chen", "wang", "zhao"), on)
    load = db.session.scalar(select(FeedLoad.id).where(FeedLoad.source == WRONG, FeedLoad.status == "loaded"))
    db.session.rollback()
    withdraw(load, actor(LOADER), on, "公安机关来函：本批数据号码有误。")


def _dead_of_the_taken_over(said: Said, on: date) -> None:
    """Pensioners whom an employer had paid were taken over; nobody had asked whether they lived."""
    random = Random(len(EMPLOYER))
    used = set(db.session.scalars(select(Pensioner.id_number)))
    db.session.rollback()
    listed = [row | {"所在单位": EMPLOYER, "最近认证日期": _day(on, 300)}
              for row in register.rows(random, TAKEN_OVER, TAKEN_FROM, on, used)]
    bring_in(listed, TAKEN_FROM, on)
    payments.pay(on)  # the dead among them too
    said["cremations"] = [(row["姓名"], row["身份证号"], died.isoformat(), (died + timedelta(3)).isoformat())
                          for row in listed[:DEAD_OF_THEM]
                          for died in [on - timedelta(days=random.randrange(20, 240))]]


def _stop_taken_over(on: date) -> None:
    for decision in _stops(county=TAKEN_FROM)[:DECIDED_OF_THEM]:
        sign_waiting(decision, CHAINS[TAKEN_FROM], on)


def _objected_again(on: date) -> None:
    """Two more objections: one waits to be sent, one for the source's answer."""
    first, second = _people(many=2)
    disputes.file(first[0], Disputed("rail_travel", "life_sign", "家属称本人近半年未乘车，疑被冒用身份。"),
                  actor=actor("li"), on=on)
    row = disputes.file(second[0], Disputed("hospital_stays", "identity", "住院记录的姓名与本人不符。"),
                        actor=actor("chen"), on=on)
    disputes.send(row.id, "成武社保函〔示例〕第 15 号", actor=actor("chen"), on=on)


def _dead_and_on_a_train(said: Said, on: date) -> None:
    """One death, and one that a journey afterwards speaks against."""
    dead, both = _people(many=4)[2:]
    for rows in said.values():
        rows[:] = [row for row in rows if row[1] not in (dead[2], both[2])]
    said["cremations"] = [(*dead[1:], on.isoformat(), on.isoformat()), (*both[1:], _day(on, 9), _day(on, 6))]
    said["rail_travel"].append(seen("rail_travel", *both[1:], on - timedelta(2)))


def damaged(source: str, on: date, left: int) -> list[Row]:
    """Rows with one fault of each kind, and one about the clerk who loads the file."""
    if left != 1 or source != "rail_travel":
        return []
    clerk = db.session.scalars(select(StaffAccount).where(StaffAccount.username == LOADER)).one()
    number, day, taken = clerk.id_number, _day(on, 3), "已乘车"
    other = _people(many=1)[0][2]
    return [
        ("演示甲", other, day, "不详"), ("演示乙", other, day, ""), ("演示丙", other, "2026-02-30", taken),
        ("演示丁", other, (on + timedelta(30)).isoformat(), taken), ("演示戊", other, "去年秋天", taken),
        ("演示己", other, "1066-01-01", taken), ("", "", day, taken), ("演示5", "51010", day, taken),
        ("", f"{other[:-1]}{('0123456789X'.index(other[-1]) + 1) % 10}", day, taken), ("", "5.10107E+17", day, taken),
        ("演示庚", other, day, taken, "多出的一格"), ("演示辛\ufffd", other, day, taken),
        (clerk.display_name, number, day, taken),
    ]
