"""Forms of the ledgers: what was done about a case, an office pressed, its answer."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from cases.evidence import Received
from cases.forms.evidence import kind_choices
from cases.forms.fields import CHOOSE, REQUIRED, UploadField, past_day, received
from cases.ledgers.follow_ups import Said
from cases.pressing import LISTS
from staff.clock import today
from staff.models import Office
from web.filters import term
from web.forms import Form, ShapeError
from workflows.follow_up import FollowUpKind

PAPERS = ("notice_record", "grassroots_visit_record", "home_visit_record")


def not_past(_form: Form, field: DateField) -> None:
    if field.data and field.data < today():
        raise ShapeError(_("日期不能早于今天。"))


class FollowUpForm(Form):
    kind = RadioField(_("核查结果"), [CHOOSE])
    note = TextAreaField(_("情况说明"), [REQUIRED, Length(max=1000)], render_kw={"rows": 4})
    again_on = DateField(_("下次核查日期"), [Optional(), not_past])
    file = UploadField(_("佐证材料"), description=_("照片、PDF 或 MP4 视频，不超过 20 MB。"))
    file_kind = SelectField(_("材料种类"), validate_choice=False)
    file_on = past_day(_("材料所述日期"), Optional())

    def offer(self, kinds: tuple[FollowUpKind, ...]) -> None:
        self.kind.choices = [(kind.name, term(f"follow_up.{kind.name}")) for kind in kinds]
        self.file_kind.choices = kind_choices(PAPERS)

    def said(self) -> Said:
        return Said(self.kind.data, self.note.data, self.again_on.data, self._paper())

    def _paper(self) -> Received | None:
        if not self.file.accepted:
            return None
        return received(self.file, self.file_kind.data, "", self.file_on.data or today())


class HomeServiceForm(FollowUpForm):
    kind = RadioField(_("服务情况"), [CHOOSE])
    again_on = DateField(_("约定上门日期"), [Optional(), not_past], description=_("预约上门时填写。"))


class PressForm(Form):
    office = SelectField(_("督办哪一机构"), [CHOOSE])
    list = RadioField(_("督办事项"), [CHOOSE])
    words = TextAreaField(_("督办要求"), [REQUIRED, Length(max=1000)], render_kw={"rows": 4})
    answer_by = DateField(_("回复期限"), [REQUIRED, not_past])

    def offer(self, offices: list[Office]) -> None:
        self.office.choices = [("", _("请选择")), *((one.code, one.name) for one in offices)]
        self.list.choices = [(name, term(f"pressing.{name}")) for name in LISTS]


class AnswerForm(Form):
    words = TextAreaField(_("办理情况"), [REQUIRED, Length(max=1000)], render_kw={"rows": 4})
