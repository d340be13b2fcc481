"""Every letter states reason, basis, amount, date and how to object; it is an archive PDF; no box is printed."""
from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from cases.letters import letter_html, letter_pdf, letter_text
from cases.models import Case, Notice, Objection
from cases.notice_kinds import LANGUAGES, kinds
from cases.notices import queue
from cases.pdf import OutsideFile, RareCharacter, check_renderable, faults, render
from cases.wording import Wording, capital
from database import db, transaction
from rules import loader as rules_loader
from tests.documents import records

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 6, 4)
FONTS = Path(__file__).parents[2] / "static" / "vendor" / "fonts"
FACTS = {"about": "death", "reason": "lapsed", "receipt_no": "异510107-2026-000001", "lodged_on": date(2026, 5, 1),
         "grounds": "查无依据。", "decision_kind": "resume", "monthly_fen": 318_050, "rates": {"2026-01": 318_050},
         "died_on": date(2026, 4, 30), "amount_fen": 636_100, "months": {"2026-05": 318_050, "2026-06": 318_050},
         "kept_fen": 954_150, "return_by": date(2026, 7, 15)}
REMEDIES = {"zh": ("行政复议", "60 日", "行政诉讼"), "en": ("reconsideration", "60 days", "lawsuit")}


def every_kind() -> list[Notice]:
    with transaction():
        one = records.suspended(records.case())
        decision = records.resumed(one)
        for kind in kinds():
            queue(one, kind, on=ON, decision=decision, facts=FACTS, channels=("letter",), once=f"all:{kind}")
    return db.session.query(Notice).filter(Notice.once_key.like("all:%")).order_by(Notice.id).all()


@pytest.mark.article("SC-25", "SC-35", "SC-37", "JS-9.2d")
def test_every_letter_states_reason_basis_amount_date_and_how_to_object(context: Flask) -> None:
    letters = every_kind()
    assert len(letters) == len(kinds())
    for notice in letters:
        for lang in LANGUAGES:
            text = letter_text(notice, lang)
            for stated in (notice.content["basis"][0], "¥", Wording(lang).day(ON), "028-12333", *REMEDIES[lang]):
                assert stated in text, (notice.kind, lang, stated)
            assert Wording(lang).say("原因") in text


# facts that choose other words of the kind -> what the letter then says, and what it no longer says
OTHERWISE = (
    ("terminated", {"reason": "death", "account_status": "sealed", "amount_fen": 0}, "¥9,541.50 予以保留", "¥0.00"),
    ("terminated", {"reason": "death", "account_status": "settled", "amount_fen": 0}, "没有应发未发的待遇", "支付给"),
    ("terminated", {"reason": "lost_nationality"}, "支付给您", "继承人"),
    ("terminated", {"reason": "other_pension", "amount_fen": 0}, "没有应发未发的待遇", "丧葬"),
    ("resumed", {"amount_fen": 0}, "没有需要补发的月份", "大写"),
    ("restored", {"amount_fen": 0}, "没有需要补发的月份", "大写"),
)


@pytest.mark.parametrize(("kind", "facts", "said", "unsaid"), OTHERWISE)
def test_no_letter_speaks_of_money_that_is_not_paid(context: Flask, kind: str, facts: dict, said: str,
                                                    unsaid: str) -> None:
    with transaction():
        one = records.suspended(records.case())
        notice = queue(one, kind, on=ON, facts=FACTS | {"lines": ()} | facts, channels=("letter",), once="otherwise")
    text = letter_text(notice)
    assert said in text and unsaid not in text, text
    assert "¥" in letter_text(notice, "en")


@pytest.mark.sqlite_is_enough
def test_every_letter_is_archive_quality_in_both_languages(context: Flask, assert_archive_quality) -> None:  # noqa: ANN001
    assert_archive_quality({f"{notice.kind}-{lang}": letter_pdf(notice, lang)
                            for notice in every_kind() for lang in LANGUAGES})


def test_the_letter_of_a_resumption_shows_each_month_and_the_sum_in_words(context: Flask) -> None:
    with transaction():
        one = records.suspended(records.case())
        records.resumed(one)
    notice = db.session.query(Notice).filter_by(kind="resumed", channel="letter").one()
    html = letter_html(notice)
    for shown in ("2026年4月", "¥3,180.50", "¥3,276.00", "¥9,732.50", "玖仟柒佰叁拾贰元伍角整", "2026年7月"):
        assert shown in html


@pytest.fixture
def changed_rules(tmp_path, monkeypatch):  # noqa: ANN001, ANN201
    """Other values of rules, from now on, in every place."""

    def change(file: str, old: str, new: str) -> None:
        shutil.copytree(rules_loader.ROOT, tmp_path / "rules")
        path = tmp_path / "rules" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        found = rules_loader.layers(tmp_path / "rules")
        monkeypatch.setattr("rules.layers", lambda: found)

    return change


def a_letter(one: Case, once: str) -> Notice:
    with transaction():
        return queue(one, "suspended", on=ON, facts={"reason": "lapsed"}, once=once, channels=("letter",))


def a_case() -> Case:
    with transaction():
        return records.case()


@pytest.mark.parametrize(("file", "old", "new", "said", "then"), [
    ("national/offices.yaml", "value: 60", "value: 90", ("60 日", "60 days"), ("90 日", "90 days")),
    ("national/offices.yaml", "value: 6\n", "value: 9\n", ("6 个月内", "6 months of"), ("9 个月内", "9 months of")),
    ("provinces/sichuan/periods.yaml",
     "suspended_to_stopped_months:\n  value: 3", "suspended_to_stopped_months:\n  value: 4",
     ("暂停满 3 个月", "After 3 months"), ("暂停满 4 个月", "After 4 months")),
])
def test_a_time_in_a_letter_is_the_rule_in_force_on_its_day(
    context: Flask, changed_rules, file: str, old: str, new: str, said: tuple[str, str], then: tuple[str, str],  # noqa: ANN001
) -> None:
    before = a_letter(one := a_case(), "before")
    changed_rules(file, old, new)
    after = a_letter(one, "after")
    for lang, shown, later in zip(LANGUAGES, said, then, strict=True):
        assert shown in letter_text(before, lang) and later not in letter_text(before, lang)
        assert later in letter_text(after, lang) and shown not in letter_text(after, lang)


def test_no_stop_is_announced_where_the_place_knows_none(context: Flask) -> None:
    assert "将转为停发" in letter_text(a_letter(one := a_case(), "here"))
    with transaction():
        one.office_path = "37/3702/370202/"
    assert "将转为停发" not in letter_text(a_letter(one, "in Qingdao"))


def test_the_letter_about_a_dead_person_goes_to_the_family(context: Flask) -> None:
    from cases.models import DeathMark

    with transaction() as session:
        one = records.case("张建国")
        session.add(DeathMark(pensioner=one.pensioner, died_on=date(2026, 1, 2), source="cremation", marked_on=ON))
        notice = queue(one, "stopped", on=ON, facts={"reason": "death"}, once="x", channels=("letter",))
        assert "张建国的家属：" in letter_html(notice)
        assert "To the family of 张建国" in letter_html(notice, "en")


def test_no_letter_bears_an_id_number_or_a_phone(context: Flask) -> None:
    for notice in every_kind():
        text = letter_html(notice)
        assert records.ID_NUMBER not in text and "13812345678" not in text


def test_the_same_notice_gives_the_same_bytes(context: Flask) -> None:
    notice = every_kind()[0]
    assert letter_pdf(notice) == letter_pdf(notice)


@pytest.mark.parametrize("character", ["䶮", "㛃", "喆", "堃", "𬭎", "﨑"])
def test_a_rare_character_with_a_glyph_is_printed(character: str) -> None:
    check_renderable(character, FONTS)


@pytest.mark.parametrize(("character", "code"), [("𠮷", "U+20BB7"), ("\ue123", "U+E123"), ("葛\U000e0100", "U+E0100")])
def test_a_character_without_a_glyph_is_refused_by_name(character: str, code: str) -> None:
    with pytest.raises(RareCharacter, match=code.replace("+", r"\+")):
        check_renderable(character, FONTS)


@pytest.mark.parametrize("markup", [
    '<link rel="attachment" href="file:///etc/passwd">',
    '<link rel="stylesheet" href="file:///etc/passwd">',
    '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">',
    '<style>@import url("file:///etc/hostname");</style>',
])
def test_no_file_outside_reaches_a_document(markup: str) -> None:
    with pytest.raises(OutsideFile):
        _render(markup, "")


@pytest.mark.parametrize("markup", ['<a rel="attachment" href="file:///etc/passwd">x</a>',
                                    '<img alt="x" src="file:///etc/passwd">', '<img alt="x" src="data:text/plain,x">'])
def test_no_file_outside_is_put_into_a_document(markup: str) -> None:
    try:
        document = _render("", markup)
    except OutsideFile:
        return
    assert b"root:" not in document and b"/EmbeddedFile" not in document


def _render(head: str, body: str) -> bytes:
    html = f'<html lang="en"><head><title>x</title>{head}</head><body><p>{body}</p></body></html>'
    return render(html, fonts=FONTS, styles=("print-document.css",), identifier=b"x")


def test_the_start_up_check_names_missing_fonts(tmp_path: Path) -> None:
    assert len(faults(FONTS)) == 0
    assert "make setup" in faults(tmp_path)[0]


@pytest.mark.parametrize(("fen", "words"), [
    (0, "零元整"), (1, "壹分"), (10, "壹角整"), (105, "壹元零伍分"), (10_050, "壹佰元伍角整"),
    (973_250, "玖仟柒佰叁拾贰元伍角整"),
    (100_000, "壹仟元整"), (1_000_000_00, "壹佰万元整"), (10_010_00, "壹万零壹拾元整"),
    (100_000_001_00, "壹亿零壹元整"),
    (1_0000_0000_00, "壹亿元整"), (2_0300_00, "贰万零叁佰元整"), (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
])
def test_amounts_are_written_in_capital_numerals_as_banks_write_them(fen: int, words: str) -> None:
    assert capital(fen) == words


def test_an_objection_is_receipted_by_letter(context: Flask) -> None:
    with transaction() as session:
        one, clerk = records.suspended(records.case()), records.account(900, "李明")
        objection = Objection(receipt_no="异510107-2026-000009", case_id=one.id, kind="to_suspension", lodged_by="self",
                              grounds="本人健在", lodged_on=ON, received_by=clerk.id, office_path=one.office_path)
        session.add(objection)
        session.flush()
        notice = queue(one, "objection_received", on=ON, objection=objection, facts={}, once="o")
    assert "异510107-2026-000009" in letter_text(notice)
