"""The form of a report of death."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from cases.death_reports import Reported, weight_of
from cases.forms.fields import CHOOSE, REQUIRED, UploadField, past_day
from rules import Rules
from rules.vocabulary import DEATH_SOURCES
from web.filters import term
from web.forms import Form

WEIGHTS = ("alone", "two_signatures", "not_sufficient")  # from the strongest


class DeathReportForm(Form):
    """Who says so, since when, and the paper that says it."""

    source = SelectField(_("信息来源"), [CHOOSE])
    died_on = past_day(_("死亡日期"), REQUIRED, description=_("按材料所载日期填写。"))
    file = UploadField(_("材料文件"), [REQUIRED], description=_("照片、PDF 或 MP4 视频，不超过 20 MB。"))
    note = TextAreaField(_("说明"), [Optional(), Length(max=1000)], render_kw={"rows": 3})

    def offer(self, rules: Rules) -> None:
        """The sources, the strongest first."""
        ranked = [name for names in by_weight(rules).values() for name in names]
        self.source.choices = [("", _("请选择")), *((name, term(f"death_source.{name}")) for name in ranked)]

    def reported(self) -> Reported:
        media_type, content = self.file.accepted or ("", b"")
        return Reported(self.source.data, self.died_on.data, media_type, content, self.note.data or None)


def by_weight(rules: Rules) -> dict[str, list[str]]:
    """Weight -> the sources that have it in this place; weights without a source are left out."""
    found = {weight: [name for name in DEATH_SOURCES if weight_of(name, rules) == weight] for weight in WEIGHTS}
    return {weight: names for weight, names in found.items() if names}
