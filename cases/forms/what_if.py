"""What a what-if asks for: an office, another place's rules, single values; empty means as it is now."""
from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField

from cases.what_if import Law
from rules.schema import KEYS, key_and_row
from rules.types import Choice, Flag, Integer
from rules.vocabulary import BENEFIT_KINDS
from web.forms import Form, ShapeError

# The values that decide when cases fall due, are referred, lapse and stop.
PATHS = (*(f"period_months.{kind}" for kind in BENEFIT_KINDS), "first_cycle_start", "month_count", "warning_months",
         "refer_months_before_due", "reminder_month", "lapse_days_after_due", "suspended_to_stopped_months",
         "stop_reasons.failed_certification")
FLAGS = {"yes": True, "no": False}
BOUNDS = {False: _("请填 %(a)s 到 %(b)s 的整数。"), True: _("请填 %(a)s 到 %(b)s 的整数，0 表示不设。")}
NONE = "0"  # of a number that may be left unset


class WhatIfForm(Form):
    class Meta:
        csrf = False  # looked at, never sent to change anything

    place = SelectField(_("采用哪里的规则"), choices=(), validate_choice=False)
    periods = RadioField(_("已开始的周期"), default="anew", choices=[
        ("anew", _("按假设的规则重新计算，如同一直如此")), ("keep", _("到期日不变，如同自今天起修改"))])

    def law(self) -> Law:
        """What the form supposes; what is empty stays as it is. Of a valid form."""
        values = {path: _read(path, self[name_of(path)].data) for path in PATHS if self[name_of(path)].data}
        return Law(self.place.data or None, tuple(values.items()), self.periods.data != "keep")

    @property
    def supposes(self) -> bool:
        return bool(self.place.data or any(self[name_of(path)].data for path in PATHS))


def name_of(path: str) -> str:
    return path.replace(".", "-")


def what_if_form(given: Any, places: list[tuple[str, str]], named: dict[str, str], now: dict[str, str],
                 words: dict[str, str]) -> WhatIfForm:
    """given: what was asked; named: path -> label; now: path -> the value in force in words; words: of a choice."""
    class Filled(WhatIfForm):
        pass

    for path in PATHS:
        setattr(Filled, name_of(path), _field(path, named[path], now[path], words))
    form = Filled(formdata=given)
    form.place.choices = [("", gettext("本机构自己的规则")), *places]
    return form


def _field(path: str, label: str, now: str, words: dict[str, str]) -> Any:
    kind = _kind(path)
    told = gettext("现在：%(value)s", value=now)
    if isinstance(kind, Integer):
        return StringField(label, [_whole_number(kind)], description=told, filters=[_stripped])
    options = [(one, words[one]) for one in (FLAGS if isinstance(kind, Flag) else kind.options)]
    return SelectField(label, choices=[("", gettext("不变")), *options], description=told, default="")


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _whole_number(kind: Integer) -> Any:
    def check(_form: Form, field: Any) -> None:
        if not field.data or (kind.optional and field.data == NONE):
            return
        if not field.data.isdecimal() or kind.faults(int(field.data)):
            raise ShapeError(BOUNDS[kind.optional] % {"a": kind.floor, "b": kind.ceiling})

    return check


def _read(path: str, text: str) -> object:
    kind = _kind(path)
    if isinstance(kind, Flag):
        return FLAGS[text]
    if isinstance(kind, Choice):
        return text
    return None if text == NONE and kind.optional else int(text)


def _kind(path: str) -> Any:
    name, row = key_and_row(path)
    return KEYS[name].kind_of(row)
