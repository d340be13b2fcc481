"""Forms of opinions, objections, verification, the window and of values shown whole."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from cases.evidence import Received
from cases.forms.fields import CHOOSE, REQUIRED, UploadField, id_number, past_day, received
from cases.objections import LODGED_BY
from cases.pages import PURPOSES
from cases.verification import MEANS, OUTCOMES
from web.filters import term
from web.forms import Form

PURPOSE_WORDS = {"identity_check": _("核对身份"), "contact": _("联系本人或家属"), "payment_check": _("核对发放账户"),
                 "inspection": _("稽核检查")}
PHONE = Regexp(r"[0-9+\- ]{5,20}", message=_("电话只写数字。"))
VISITS = ("window_visit_record", "grassroots_visit_record", "home_visit_record")


class OpinionForm(Form):
    opinion = TextAreaField(_("意见"), [Optional(), Length(max=1000)], render_kw={"rows": 3})


class NeededOpinionForm(Form):
    opinion = TextAreaField(_("意见"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3})


class PutBackForm(Form):
    """Why another's claim is put back, so that whoever comes back reads it."""

    why = TextAreaField(_("代为放回的原因"), [REQUIRED, Length(max=1000)], render_kw={"rows": 2})


class PauseForm(Form):
    """Why the days of a promised limit are not counted for now."""

    reason = RadioField(_("暂停原因"), [CHOOSE])
    note = TextAreaField(_("等待事项"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3},
                         description=_("写明在等什么，例如缺哪些材料、哪天告知了申请人。"))

    def offer(self, reasons: tuple[str, ...]) -> None:
        self.reason.choices = [(name, term(f"pause.{name}")) for name in reasons]


class UnmaskForm(Form):
    field = SelectField(validate_choice=False)
    purpose = SelectField(_("用途"), [CHOOSE], choices=[(name, PURPOSE_WORDS[name]) for name in PURPOSES])


class ObjectionForm(Form):
    """What is said at the window."""

    kind = RadioField(_("异议事项"), [CHOOSE])
    lodged_by = RadioField(_("提出人"), [CHOOSE])
    name = StringField(_("提出人姓名"), [Optional(), Length(max=60)], description=_("本人提出的可不填。"))
    phone = StringField(_("联系电话"), [Optional(), PHONE])
    grounds = TextAreaField(_("事实和理由"), [REQUIRED, Length(max=2000)], render_kw={"rows": 5})

    def offer(self, withheld: bool) -> None:
        kinds = ("to_suspension", "to_data", "to_amount") if withheld else ("to_data", "to_amount")
        self.kind.choices = [(name, term(f"objection.{name}")) for name in kinds]
        self.lodged_by.choices = [(name, term(f"lodged_by.{name}")) for name in LODGED_BY]
        self.kind.data = self.kind.data or kinds[0]
        self.lodged_by.data = self.lodged_by.data or LODGED_BY[0]


class VerificationForm(Form):
    """How the person was verified and what was found."""

    outcome = RadioField(_("核实结果"), [CHOOSE])
    means = SelectField(_("核实方式"), [CHOOSE])
    happened_on = past_day(_("核实日期"), REQUIRED)
    note = TextAreaField(_("核实情况"), [REQUIRED, Length(max=1000)], render_kw={"rows": 4})
    photo = UploadField(_("现场照片"), description=_("可直接拍照；不超过 20 MB。"),
                        render_kw={"accept": "image/*", "capture": "environment"})

    def offer(self) -> None:
        self.outcome.choices = [(name, term(f"verification.{name}")) for name in OUTCOMES]
        self.means.choices = [("", _("请选择")), *((name, term(f"means.{name}")) for name in MEANS)]

    def evidence(self) -> Received | None:
        return received(self.photo, "verification_record", "", self.happened_on.data) if self.photo.accepted else None


class LookUpForm(Form):
    id_number = StringField(_("公民身份号码"), [REQUIRED, id_number],
                            render_kw={"autocomplete": "off", "inputmode": "text", "maxlength": 20})


class WindowForm(Form):
    """A person stands here, and is the person."""

    visit = RadioField(_("认证方式"), [CHOOSE])
    happened_on = past_day(_("认证日期"), REQUIRED)
    document_seen = BooleanField(_("已核对身份证件原件，人证一致"), [InputRequired(_("请核对证件后勾选。"))])
    note = StringField(_("备注"), [Optional(), Length(max=200)])
    photo = UploadField(_("现场照片"), [InputRequired(_("请拍摄或选择照片。"))],
                        description=_("本人手持证件的现场照片，不超过 20 MB。"),
                        render_kw={"accept": "image/*", "capture": "environment"})

    def offer(self) -> None:
        self.visit.choices = [(name, term(f"evidence.{name}")) for name in VISITS]
        self.visit.data = self.visit.data or VISITS[0]
