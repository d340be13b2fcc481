"""Forms of the duties that come again: done for a period, samples, inspections, training."""
from __future__ import annotations

import csv
import io
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cases.duties.indicators import SAMPLED, Sampled
from cases.duties.inspecting import Inspected
from cases.duties.reconciliation import Line
from cases.duties.recording import Done
from cases.forms.fields import CHOOSE, REQUIRED, UploadField, past_day
from cases.models import DutyRecord
from staff.models import Office, StaffAccount
from staff.training import OUTCOMES, WAYS, Course
from web.filters import term
from web.forms import Form, ShapeError
from workflows.inspections import INSPECTIONS

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
YUAN = re.compile(r"-?\d{1,13}(\.\d{1,2})?")
LARGEST_FILE = 1_000_000  # bytes of a statement of finance


def fen_of(text: str) -> int | None:
    """"1,234.50" -> 123450; None for anything that is no amount in whole fen."""
    plain = text.replace(",", "").replace("，", "").replace("¥", "").strip()
    try:
        return int(Decimal(plain) * 100) if YUAN.fullmatch(plain) else None
    except InvalidOperation:
        return None


class DutyForm(Form):
    note = TextAreaField(_("办理说明"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3})
    file = UploadField(_("佐证材料"), description=_("照片、PDF 或 MP4 视频，不超过 20 MB。"))

    def done(self, first_month: str) -> Done:
        return Done(first_month, self.note.data, self.given(), self.file.accepted)

    def given(self) -> dict[str, Any]:
        return {}


class PostingForm(DutyForm):
    place = StringField(_("公示地点"), [REQUIRED, Length(max=120)])
    since = past_day(_("公示开始"), REQUIRED)
    until = DateField(_("公示结束"), [REQUIRED])

    def given(self) -> dict[str, Any]:
        return {"place": self.place.data, "since": self.since.data, "until": self.until.data}


class AmountField(StringField):
    """An amount in yuan; `fen` after validation."""

    fen: int | None = None

    def pre_validate(self, _form: Form) -> None:
        if not (self.data or "").strip():
            return
        self.fen = fen_of(self.data)
        if self.fen is None:
            raise ShapeError(_("金额应为元，最多两位小数。"))


class ReconciliationForm(DutyForm):
    """One amount and one reason for each line, by the line's key; a file of finance fills the amounts in."""

    statement = FileField(_("财务数据文件"),
                          description=_("CSV，列为：险种、项目、金额（元）。读入后填在下表，可再更正。"))
    read = SubmitField(_("读入文件"))

    @classmethod
    def of(cls, lines: list[Line]) -> ReconciliationForm:
        fields: dict[str, Any] = {}
        for line in lines:
            name = field_name(line)
            fields[f"theirs_{name}"] = AmountField(_("财务数（元）"), render_kw={"inputmode": "decimal"})
            fields[f"why_{name}"] = StringField(_("差额说明"), [Length(max=300)])
        return type("LinesForm", (cls,), fields)()

    def given_of(self, lines: list[Line]) -> dict[str, Any]:
        return {line.key: {"theirs": self[f"theirs_{field_name(line)}"].fen,
                           "why": self[f"why_{field_name(line)}"].data} for line in lines}

    def take_in(self, lines: list[Line]) -> int:
        """How many lines the file filled. Its words are those of the page or the codes; other rows are passed over."""
        content = self.statement.data.read(LARGEST_FILE) if self.statement.data else b""
        known = {}
        for line in lines:
            for names in ((term(f"scheme.{line.scheme}"), term(f"reconciliation.{line.item}")),
                          (line.scheme, line.item)):
                known[names] = line
        filled = 0
        for row in csv.reader(io.StringIO(_text(content))):
            cells = [cell.strip() for cell in row]
            line = known.get(tuple(cells[:2])) if len(cells) > 2 else None
            if line and fen_of(cells[2]) is not None:
                self[f"theirs_{field_name(line)}"].data = cells[2]
                filled += 1
        return filled


def field_name(line: Line) -> str:
    return f"{line.scheme}__{line.item}"


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


class ReturnForm(Form):
    reason = TextAreaField(_("退回原因"), [REQUIRED, Length(max=500)], render_kw={"rows": 2})


class SampleForm(Form):
    office = SelectField(_("机构"), [CHOOSE])
    indicator = SelectField(_("指标"), [CHOOSE])
    month = StringField(_("月份"), [REQUIRED], description=_("形如 2026-03。"), render_kw={"inputmode": "numeric"})
    checked = IntegerField(_("抽查件数"), [InputRequired(_("请填写。")), NumberRange(min=1, max=100000)])
    good = IntegerField(_("其中准确件数"), [InputRequired(_("请填写。")), NumberRange(min=0, max=100000)])
    note = TextAreaField(_("抽查范围和方法"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3})

    def offer(self, offices: list[Office]) -> None:
        self.office.choices = [(one.code, one.name) for one in offices]
        self.indicator.choices = [(one, term(f"indicator.{one}")) for one in SAMPLED]

    def validate_month(self, field: StringField) -> None:
        if not MONTH.fullmatch(field.data or ""):
            raise ShapeError(_("月份应形如 2026-03。"))

    def sampled(self) -> Sampled:
        return Sampled(self.office.data, self.indicator.data, self.month.data, self.checked.data, self.good.data,
                       self.note.data)


class InspectionForm(Form):
    office = SelectField(_("被检查机构"), [CHOOSE])
    kind = SelectField(_("检查种类"), [CHOOSE])
    inspector = StringField(_("检查单位或人员"), [REQUIRED, Length(max=120)])
    on = past_day(_("检查日期"), REQUIRED)
    volumes = SelectField(_("检查的档案"), description=_("检查或互查档案时选择。"), validate_choice=False)
    finding = TextAreaField(_("检查情况"), [REQUIRED, Length(max=2000)], render_kw={"rows": 4})
    measure = TextAreaField(_("整改要求"), [Length(max=1000)], description=_("没有问题的不填。"), render_kw={"rows": 3})
    due_on = DateField(_("整改期限"), [Optional()])

    def offer(self, offices: list[Office], bound: list[DutyRecord]) -> None:
        self.office.choices = [(one.code, one.name) for one in offices]
        self.kind.choices = [(name, term(f"inspection.{name}")) for name in INSPECTIONS]
        self.volumes.choices = [("", "—"), *((one.public_id, f"{one.office.name} {one.first_month}") for one in bound)]

    def inspected(self) -> Inspected:
        return Inspected(self.office.data, self.kind.data, self.inspector.data, self.on.data, self.finding.data,
                         self.measure.data or "", self.due_on.data, self.volumes.data or None)


class CorrectionForm(Form):
    words = TextAreaField(_("整改情况"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3})


class TrainingForm(Form):
    account = SelectField(_("参加人员"), [CHOOSE])
    on = past_day(_("培训日期"), REQUIRED)
    topic = StringField(_("培训内容"), [REQUIRED, Length(max=120)])
    way = RadioField(_("培训方式"), [CHOOSE])
    class_hours = IntegerField(_("学时"), [InputRequired(_("请填写。")), NumberRange(min=1, max=500)])
    outcome = RadioField(_("考核"), [CHOOSE])

    def offer(self, people: list[StaffAccount]) -> None:
        self.account.choices = [("", _("请选择")), *((one.public_id, f"{one.display_name} · {one.office.name}")
                                                   for one in people)]
        self.way.choices = [(one, term(f"training.{one}")) for one in WAYS]
        self.outcome.choices = [(one, term(f"training.{one}")) for one in OUTCOMES]

    def course(self) -> Course:
        return Course(self.account.data, self.on.data, self.topic.data, self.way.data, self.class_hours.data,
                      self.outcome.data)
