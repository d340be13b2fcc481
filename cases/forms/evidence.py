"""Evidence: chosen from the file of the case, or brought along."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from cases.evidence import Received, title_of_its_own
from cases.forms.fields import CHOOSE, REQUIRED, Ticks, UploadField, past_day, received
from cases.models import Evidence
from rules.vocabulary import EVIDENCE_KINDS
from web.filters import day, term
from web.forms import Form

NOT_BROUGHT = ("import_preview",)


def kind_choices(first: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Kinds of evidence, those of the checklist first."""
    rest = [kind for kind in EVIDENCE_KINDS if kind not in first and kind not in NOT_BROUGHT]
    return [(kind, term(f"evidence.{kind}")) for kind in (*first, *rest)]


def evidence_words(kind: str, title: str) -> str:
    """What a paper is: its kind, and its title where that says more."""
    own = title_of_its_own(kind, title)
    return term(f"evidence.{kind}") + (f" · {own}" if own else "")


class EvidenceForm(Form):
    """A file for the case."""

    kind = SelectField(_("材料种类"), [CHOOSE])
    title = StringField(_("标题"), [Optional(), Length(max=120)], description=_("不填则用材料种类的名称。"))
    happened_on = past_day(_("材料所述日期"), REQUIRED, description=_("例如办理、拍摄或出具的日期。"))
    file = UploadField(_("文件"), [REQUIRED], description=_("照片、PDF 或 MP4 视频，不超过 20 MB。"))

    def received(self) -> Received:
        return received(self.file, self.kind.data, self.title.data, self.happened_on.data)


class WithEvidence(Form):
    """The part of a form that binds evidence: what is on file, and one new file.

    any_of: fields of which at least one must be filled in; none where the kind names none.
    """

    any_of: tuple[str, ...] = ()
    evidence = Ticks(_("案内已有材料"))
    file = UploadField(_("新增材料文件"), description=_("照片、PDF 或 MP4 视频，不超过 20 MB。可不上传。"))
    file_kind = SelectField(_("新增材料种类"))
    file_on = past_day(_("新增材料所述日期"), Optional())

    def offer(self, on_file: list[Evidence], wanted: tuple[str, ...]) -> None:
        """Fill the choices; the kinds asked for come first."""
        self.evidence.choices = [(item.public_id, f"{evidence_words(item.kind, item.title)} · {day(item.happened_on)}")
                                 for item in on_file]
        self.file_kind.choices = kind_choices(wanted)

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if self.file.accepted and not self.file_on.data and not self.file_on.errors:
            self.blame("file_on", _("请填写。"))
            good = False
        if self.any_of and not any(self[name].data for name in self.any_of):
            self.blame(self.any_of[0], _("请至少填写一项变更内容。"))
            good = False
        return good

    def brought(self) -> Received | None:
        if not self.file.accepted:
            return None
        return received(self.file, self.file_kind.data, "", self.file_on.data)
