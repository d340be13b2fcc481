"""The parts that pages are made of, rendered by the real application."""
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired

from web import charts, filters
from web.forms import Form
from workflows.transition import Refusal

pytestmark = pytest.mark.sqlite_is_enough

UI = ("{% from 'components/ui.html' import state_pill, status_pill, field, error_summary, refusal_list, action_button,"
      " timeline, pager, facts, money, date, masked, chart, progress, empty, count_tile %}")
STATES = ("pending", "pending_task", "verified", "suspended", "stopped", "resumed", "terminated", "draft",
          "initial_review", "recheck", "approval", "executed", "rejected", "withdrawn")

Render = Callable[..., str]


class Opinion(Form):
    outcome = RadioField("结论", choices=[("a", "通过"), ("b", "退回")], validators=[InputRequired()])
    opinion = StringField("意见", description="写入决定书", validators=[InputRequired()])
    seen = BooleanField("已核对本人", validators=[InputRequired()])


@pytest.fixture
def render(app: Flask) -> Render:
    def rendered(text: str, language: str = "zh", **values: object) -> str:
        with app.test_request_context(headers={"Cookie": f"language={language}"}):
            values = {name: value() if isinstance(value, type) else value for name, value in values.items()}
            if isinstance(form := values.get("form"), Form):
                form.validate()
            return render_template_string(UI + text, **values)

    return rendered


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_an_icon_and_a_word_never_colour_alone(render: Render, state: str):
    zh, en = (render("{{ state_pill(state) }}", language, state=state) for language in ("zh", "en"))
    assert "<svg" in zh and re.search(r"<span>[\u4e00-\u9fff]+</span>", zh)
    assert re.search(r"<span>[A-Z][a-z ]+</span>", en)


def test_an_unknown_state_is_an_error_and_not_a_blank(render: Render):
    with pytest.raises(Exception, match="no attribute|has no element|undefined"):
        render("{{ state_pill('lost_in_the_post') }}")


def test_a_wrong_field_says_so_beside_itself(render: Render):
    page = render("{{ field(form.opinion) }}", form=Opinion)
    assert 'aria-invalid="true"' in page
    told = re.search(r'aria-describedby="([^"]+)"', page)
    assert told and all(f'id="{name}"' in page for name in told[1].split())
    assert "写入决定书" in page and "该字段是必填字段" in page


def test_a_group_of_choices_has_a_legend_and_its_error(render: Render):
    page = render("{{ field(form.outcome) }}", form=Opinion)
    assert "<fieldset" in page and "<legend" in page and 'aria-describedby="outcome-error"' in page


def test_the_summary_lists_errors_in_page_order_and_leads_to_each(render: Render):
    page = render("{{ error_summary(form) }}", form=Opinion)
    assert re.findall(r'href="#([^"]+)"', page) == ["outcome-0", "opinion", "seen"]
    assert page.index("结论") < page.index("意见") < page.index("已核对本人")


def test_a_form_without_errors_has_no_summary(render: Render, app: Flask):
    with app.test_request_context():
        assert "notice" not in render_template_string(UI + "{{ error_summary(form) }}", form=Opinion())


def test_a_greyed_action_says_why_in_words(render: Render):
    page = render("{{ action_button('recheck', refusals) }}", refusals=[Refusal("SAME_PERSON", article="SC-29")])
    assert 'aria-disabled="true"' in page and 'type="submit"' not in page
    reason = re.search(r'aria-describedby="([^"]+)"', page)
    assert reason and f'id="{reason[1]}"' in page
    assert "同一人不能再签下一步" in page and "川社险办〔2022〕25号 第二十九条" in page and "SAME_PERSON" not in page


def test_an_allowed_action_posts_with_its_token(render: Render):
    page = render("{{ action_button('recheck', url='/decisions/7/recheck') }}")
    assert 'method="post"' in page and 'name="csrf_token"' in page and "复核通过" in page


def test_a_refusal_without_words_shows_its_code(render: Render):
    assert "NEVER_HEARD_OF" in render("{{ refusal_list([one]) }}", one=Refusal("NEVER_HEARD_OF"))


def test_unmasking_is_a_post(render: Render):
    page = render("{{ masked('110101199003071237'|mask_id, '/unmask') }}")
    assert "110101********1237" in page and 'method="post"' in page and "19900307" not in page


def test_overdue_is_said_in_a_word(render: Render):
    assert "逾期" in render("{{ date(d, overdue=True) }}", d=date(2026, 7, 15))


def test_a_course_of_events_shows_instants_on_the_office_clock(render: Render):
    page = render("{{ timeline(events) }}", events=[{"at": datetime(2026, 11, 3, 1, 12, tzinfo=UTC), "title": "受理"}])
    assert "2026-11-03 09:12" in page and "受理" in page


def test_a_pager_leads_only_where_there_is_a_page(render: Render):
    page = render("{{ pager(k) }}", k={"next_url": "/n", "previous_url": None, "total": 2})
    assert 'rel="next"' in page and 'rel="prev"' not in page and "共 2 件" in page


def test_a_job_says_in_words_how_far_it_is(render: Render):
    job = {"title": "导入", "done": 42000, "total": 100000, "state": "running", "message": ""}
    page = render("{{ progress(job, '/jobs/1') }}", job=job)
    assert "42,000 / 100,000" in page and 'hx-get="/jobs/1"' in page
    assert "hx-get" not in render("{{ progress(job, '/jobs/1') }}", job=job | {"state": "done"})


def test_an_empty_list_says_what_to_do_next(render: Render):
    assert 'href="/objections"' in render("{{ empty('没有待办', '查看未领取的', '/objections') }}")


def test_facts_and_tiles_write_their_values(render: Render):
    page = render("{{ facts([('金额', money(-123456)), ('备注', none)]) }}{{ count_tile(1143, '办结', '/done') }}")
    assert "-¥1,234.56" in page and "<dd>—</dd>" in page and "1,143" in page


@pytest.mark.parametrize(("kind", "values"), [
    (charts.bar, [1, 2]), (charts.stacked, [1, 2]), (charts.line, [1, None]),
])
def test_a_chart_is_the_same_every_time_and_has_its_figures_as_a_table(app: Flask, kind: Callable, values: list):
    with app.test_request_context():
        one, two = (kind("k", "到期", ["一月", "二月"], {"件数": values, "其他": [3, 4]}) for _ in range(2))
        page = render_template_string(UI + "{{ chart(c) }}", c=one)
    assert one.svg == two.svg
    assert one.rows == (("一月", values[0], 3), ("二月", values[1], 4))
    assert "<script" not in page and " style=" not in page and "<style nonce=" in page
    assert 'role="img"' in page and "<table" in page and "其他" in one.svg


def test_a_chart_keeps_a_title_with_marks_inside_its_attribute(app: Flask):
    with app.test_request_context():
        assert "<b>" not in charts.bar("k", '<b>"', ["a"], {"x": [1]}).svg


@pytest.mark.parametrize(("value", "written"), [
    (0, "¥0.00"), (5, "¥0.05"), (123456789, "¥1,234,567.89"), (-5, "-¥0.05"), (None, "—"),
])
def test_money_is_written_from_whole_fen(value: int | None, written: str):
    assert filters.money(value) == written


@pytest.mark.parametrize(("value", "written"), [
    ("110101199003071237", "110101********1237"), ("1234567890", "**********"), (None, "—"), ("", "—"),
])
def test_an_id_number_is_masked_and_a_short_one_wholly(value: str | None, written: str):
    assert filters.mask_id(value) == written


def test_a_month_is_written_in_the_language_of_the_page(render: Render):
    assert "2026年3月" in render("{{ '2026-03'|month }}")
    assert "Mar 2026" in render("{{ '2026-03'|month }}", "en")
