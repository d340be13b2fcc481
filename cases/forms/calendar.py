"""A year of the calendar as it is typed in: line by line, as the notice says it."""
from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms import Form as AnyForm
from wtforms.validators import InputRequired, Length, NumberRange

from cases.forms.fields import REQUIRED, not_in_future
from rules.days_off import HOLIDAY, Arrangement, CalendarRefused, days_of
from web.filters import term
from web.forms import Form, ShapeError

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MANY = 120  # more days than any year has off: a mistyped span


def holiday_lines(text: str) -> list[tuple[date, date, str]]:
    """"2027-02-06 至 2027-02-12 春节" a line -> (first, last, name); one day alone is both. Raises ValueError."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        days = [date.fromisoformat(one) for one in DAY.findall(line)]
        name = DAY.sub("", line).strip(" 至到~—-")
        if not 1 <= len(days) <= 2 or not name or len(name) > 40 or not 0 <= (days[-1] - days[0]).days < MANY:
            raise ValueError(line)
        found.append((days[0], days[-1], name))
    return found


def written(arrangement: Arrangement) -> tuple[str, str]:
    """The two fields of the form for a year that is known."""
    rows: list[tuple[date, date, str]] = []
    for day, (kind, name) in sorted(arrangement.days.items()):
        if kind == HOLIDAY and rows and rows[-1][2] == name and (day - rows[-1][1]).days == 1:
            rows[-1] = (rows[-1][0], day, name)
        elif kind == HOLIDAY:
            rows.append((day, day, name))
    lines = [f"{first} {name}" if first == last else f"{first} 至 {last} {name}" for first, last, name in rows]
    return "\n".join(lines), "\n".join(day.isoformat() for day in arrangement.worked)


def _holidays(_form: AnyForm, field: Any) -> None:
    try:
        field.rows = holiday_lines(field.data or "")
    except ValueError as wrong:
        raise ShapeError(_("这一行看不懂：%(line)s", line=str(wrong))) from wrong


def _worked(_form: AnyForm, field: Any) -> None:
    words = re.split(r"[\s，,、；;]+", (field.data or "").strip())
    try:
        field.rows = [date.fromisoformat(word) for word in words if word]
    except ValueError as wrong:
        raise ShapeError(_("日期写成 2027-02-06 的样子，一行一天。")) from wrong


class CalendarForm(Form):
    year = IntegerField(_("年度"), [InputRequired(_("请填写。")), NumberRange(2000, 2100, _("请填写四位年份。"))])
    document = StringField(_("通知名称"), [REQUIRED, Length(max=200)])
    number = StringField(_("文号"), [REQUIRED, Length(max=60)])
    issued_on = DateField(_("发文日期"), [REQUIRED, not_in_future])
    holidays = TextAreaField(_("放假日"), [REQUIRED, Length(max=4000), _holidays], render_kw={"rows": 8},
                             description=_("一行一个假期：首日 至 末日 名称。连休的周末也写入。"))
    worked = TextAreaField(_("调休上班日"), [Length(max=2000), _worked], render_kw={"rows": 4},
                           description=_("一行一天，只写周六、周日。没有的留空。"))

    def arrangement(self) -> Arrangement | None:
        """None where the days contradict each other; what is wrong then stands beside the fields."""
        try:
            days = days_of(self.holidays.rows, self.worked.rows, self.year.data)
        except CalendarRefused as refused:
            for code, day in refused.faults:
                self.blame("worked" if code == "WORKED_DAY_IS_A_WEEKDAY" else "holidays",
                           f"{day} {term(f'refusal.{code}')}")
            return None
        return Arrangement(self.year.data, self.document.data, self.number.data, self.issued_on.data, days, read=True)
