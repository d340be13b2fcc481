"""What each kind of decision asks for: one row per kind, one maker per field."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from cases.case_facts import reasons_of
from cases.decisions import Proposal
from cases.forms.evidence import WithEvidence
from cases.forms.fields import CHOOSE, REQUIRED, RequiredWhen, account_number, id_number, past_day
from cases.forms.months import MonthsField
from cases.materials import material_groups
from cases.models import Case
from cases.objections import open_objection_of
from cases.overpayments import claimable
from rules import Rules
from rules.vocabulary import OVERPAYMENT_REASONS
from web.filters import term
from workflows.case_lifecycle import CASE

FIELDS: dict[str, tuple[str, ...]] = {
    "suspend": ("reason", "reasons"),
    "stop": ("reason", "died_on", "reasons"),
    "resume": ("reason", "arrears_reason", "acquitted", "released_on", "reasons"),
    "back_pay_correction": ("months", "basis", "grounds"),
    "terminate": ("reason", "died_on", "account_status", "family_not_found", "heir_name", "heir_relation",
                  "heir_account", "reasons"),
    "restore": ("arrears_reason", "grounds"),
    "annul_death_mark": ("resume", "grounds"),
    "change_identity": ("new_name", "new_id_number", "new_birth_on", "reasons"),
    "mark_death": ("died_on", "grounds"),
    "recover_overpayment": ("overpaid_reason", "overpaid_months", "heir_name", "grounds"),
    "change_payee": ("new_payee_name", "new_payee_bank", "new_payee_account", "reasons"),
    "change_rate": ("rates", "basis", "reasons"),
    "certify": ("reasons",),
    "dismiss_objection": ("grounds",),
}
PERSONAL = ("new_name", "new_id_number", "new_birth_on", "new_payee_name", "new_payee_bank", "new_payee_account",
            "heir_name", "heir_relation", "heir_account")
ANY_OF = {"change_identity": ("new_name", "new_id_number", "new_birth_on"),
          "change_payee": ("new_payee_name", "new_payee_bank", "new_payee_account")}
LATER_KNOWN = ("in_custody", "served_outside_prison", "missing_declared_dead")  # what arrears may turn on besides
STORED_AS = {"grounds": "reasons", "overpaid_months": "months"}
_DEATH = RequiredWhen("reason", "death")
_HEIRS = RequiredWhen("reason", "death", unless="family_not_found")  # who is paid what was due to the dead (SC 32)
_TEXT = {"rows": 3, "maxlength": 1000}
_NUMBER = {"autocomplete": "off", "inputmode": "numeric"}


@dataclass(frozen=True)
class Setting:
    """The case and the rules in force for which a form is made."""

    kind: str
    case: Case
    rules: Rules


def reasons_in_force(setting: Setting) -> list[str]:
    """Reasons that table and rules both allow from the state of the case; the one withheld for comes first."""
    row = CASE.row(setting.case.state, setting.kind)
    allowed = row.reasons if row else ()
    named = {"suspend": lambda: setting.rules.chosen("suspension_reasons"),
             "stop": lambda: reasons_of(setting.rules, "stop_reasons", setting.case.benefit_kind),
             "terminate": lambda: _from_state(setting), "resume": lambda: _with_materials(setting)}
    chosen = [reason for reason in allowed if reason in named[setting.kind]()]
    return sorted(chosen, key=lambda reason: reason != setting.case.state_reason)


def _from_state(setting: Setting) -> tuple[str, ...]:
    states = setting.rules.value("termination_from_states")
    return tuple(reason for reason, allowed in states.items() if setting.case.state in allowed)


def _with_materials(setting: Setting) -> tuple[str, ...]:
    """What payment is withheld for; any reason that asks for materials only where the record names none."""
    withheld = setting.case.state_reason
    materials = setting.rules.value("materials")
    named = tuple(name.removeprefix("resume.") for name in materials if name.startswith("resume."))
    return (withheld,) if withheld in named else named


def _reason(setting: Setting) -> Field:
    choices = [("", _("请选择")), *((name, term(f"reason.{name}")) for name in reasons_in_force(setting))]
    default = setting.case.state_reason if setting.kind == "resume" else ""
    return SelectField(_("原因"), [CHOOSE], choices=choices, default=default)


def _arrears_reason(setting: Setting) -> Field:
    withheld = setting.case.state_reason
    rows = setting.rules.cited("arrears")
    choices = [("", term(f"reason.{withheld}") if withheld else "—"),
               *((name, term(f"reason.{name}")) for name in LATER_KNOWN if name in rows)]
    return SelectField(_("补发按何种情形计算"), choices=choices,
                       description=_("一般按暂停或停发的原因；事后查明另有情形的，选择该情形。"))


MAKERS: dict[str, Callable[[Setting], Field]] = {
    "reason": _reason,
    "arrears_reason": _arrears_reason,
    "reasons": lambda _s: TextAreaField(_("说明"), [Optional(), Length(max=1000)], render_kw=_TEXT),
    "grounds": lambda _s: TextAreaField(_("理由"), [REQUIRED, Length(max=1000)], render_kw=_TEXT,
                                        description=_("将写入决定和告知书。")),
    "died_on": lambda _s: past_day(_("死亡日期"), _DEATH),
    "released_on": lambda _s: past_day(_("释放日期"), Optional(), description=_("因服刑或羁押停发的填写。")),
    "acquitted": lambda _s: BooleanField(_("已宣告无罪或不起诉")),
    "account_status": lambda _s: RadioField(_("个人账户"), [CHOOSE], choices=[
        (name, term(f"account.{name}")) for name in ("settled", "sealed")]),
    "family_not_found": lambda _s: BooleanField(_("无法联系到家属"), description=_("账户封存，材料改用联系家属记录。")),
    "heir_name": lambda _s: StringField(_("受益人或继承人姓名"), [Optional(), Length(max=60)]),
    "heir_relation": lambda _s: StringField(_("与逝者的关系"), [_HEIRS, Length(max=20)],
                                            description=_("例如：配偶、儿子、指定受益人。")),
    "heir_account": lambda _s: StringField(_("受益人收款账号"), [_HEIRS, account_number], render_kw=_NUMBER),
    "resume": lambda _s: BooleanField(_("同时恢复发放"), default=True,
                                      description=_("与撤销死亡标记一并由三人签署。")),
    "months": lambda _s: MonthsField(_("更正的月份和金额"), [REQUIRED], render_kw={"rows": 4},
                                     description=_("每行一个月，例如：2026-01 256.30")),
    "overpaid_reason": lambda _s: SelectField(_("多发原因"), [CHOOSE], choices=[
        ("", _("请选择")), *((name, term(f"reason.{name}")) for name in OVERPAYMENT_REASONS)]),
    "overpaid_months": lambda s: MonthsField(
        _("追回的月份和金额"), [Optional()], default=claimable(s.case), render_kw={"rows": 4},
        description=_("每行一个月，例如：2026-01 256.30；不填则为全部尚未追回的多发月份。")),
    "basis": lambda _s: StringField(_("依据"), [REQUIRED, Length(max=160)]),
    "new_name": lambda _s: StringField(_("变更后的姓名"), [Optional(), Length(max=60)]),
    "new_id_number": lambda _s: StringField(_("变更后的公民身份号码"), [Optional(), id_number],
                                            render_kw={"autocomplete": "off"}),
    "new_birth_on": lambda _s: past_day(_("变更后的出生日期"), Optional()),
    "new_payee_name": lambda _s: StringField(_("变更后的户名"), [Optional(), Length(max=60)]),
    "new_payee_bank": lambda _s: StringField(_("变更后的开户银行"), [Optional(), Length(max=80)]),
    "new_payee_account": lambda _s: StringField(_("变更后的银行账号"), [Optional(), account_number],
                                                render_kw=_NUMBER),
    "rates": lambda _s: MonthsField(_("自何月起的待遇标准"), [REQUIRED], render_kw={"rows": 4},
                                    description=_("每行一个月份和自该月起的月标准，例如：2026-01 3456.00")),
}


# what a kind asks for differently
OF_KIND: dict[tuple[str, str], Callable[[Setting], Field]] = {
    ("terminate", "heir_name"): lambda _s: StringField(_("受益人或继承人姓名"), [_HEIRS, Length(max=60)]),
    ("mark_death", "died_on"): lambda _s: past_day(_("死亡日期"), REQUIRED),
}


def proposal_form(setting: Setting, **values: Any) -> WithEvidence:
    """The form of the kind. `values`: what a decision already proposes."""
    fields = {name: OF_KIND.get((setting.kind, name), MAKERS[name])(setting) for name in FIELDS[setting.kind]}
    return type("ProposalForm", (WithEvidence,), fields | {"any_of": ANY_OF.get(setting.kind, ())})(**values)


def groups(setting: Setting) -> dict[str, list[list[str]]]:
    """Reason ("" where the kind takes none) -> groups of materials asked for."""
    names = reasons_in_force(setting) if "reason" in FIELDS[setting.kind] else [""]
    return {name: material_groups(setting.rules, setting.kind, name or None) for name in names}


def proposal_of(setting: Setting, form: WithEvidence, evidence: tuple[int, ...], *, edited: bool = False) -> Proposal:
    """What the command is given: of a new decision what was filled in, of an edited one what was emptied too."""
    values = {STORED_AS.get(name, name): _plain(form[name].data) for name in FIELDS[setting.kind]}
    reason = values.pop("reason", None) or values.pop("overpaid_reason", None) or _implied(setting, values)
    personal = {name: values.pop(name) for name in PERSONAL if name in values}
    if "family_not_found" in values:
        values["material_reason"] = "death_family_not_found" if values.pop("family_not_found") else None
    objection = open_objection_of(setting.case) if setting.kind == "dismiss_objection" else None
    return Proposal(setting.kind, reason, _given(values, edited), _given(personal, edited), evidence,
                    objection and objection.id, form.brought())


def _given(values: dict[str, Any], edited: bool) -> dict[str, Any]:
    """Empty is None; what was never filled in is left out of a proposal."""
    plain = {name: None if value == "" else value for name, value in values.items()}
    return plain if edited else {name: value for name, value in plain.items() if value is not None}


def _implied(setting: Setting, values: dict[str, Any]) -> str | None:
    """A resumption bundled with the annulment of a death mark ends what payment is withheld for."""
    return setting.case.state_reason if values.get("resume") else None


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value.strip() if isinstance(value, str) else value
