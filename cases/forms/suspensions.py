"""Forms of suspensions that people release."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from cases.forms.fields import CHOOSE, REQUIRED
from cases.not_passed import REASONS
from cases.verification import MEANS
from web.filters import term
from web.forms import Form


class ReasonForm(Form):
    reason = TextAreaField(_("理由"), [REQUIRED, Length(max=500)], render_kw={"rows": 2})


class NotPassedForm(Form):
    """Why nobody could certify the person, and how it was tried."""

    reason = SelectField(_("不能认证的原因"), [CHOOSE])
    means = SelectField(_("已采用的服务方式"), [CHOOSE])
    note = TextAreaField(_("说明"), [Optional(), Length(max=1000)], render_kw={"rows": 3})

    def offer(self) -> None:
        self.reason.choices = [("", _("请选择"))] + [(name, term(f"not_passed.{name}")) for name in REASONS]
        self.means.choices = [("", _("请选择"))] + [(name, term(f"means.{name}")) for name in MEANS]
