"""The named facts a guard or a condition may read, with the shape of each.

A fact that is absent, None or of another shape is unknown, and the unknown refuses: nothing passes for want of it.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType


class FactUnknown(KeyError):
    """A fact is needed and is absent or has the wrong shape. `name` is the fact."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_persons(value: object) -> bool:
    return isinstance(value, Set) and all(_is_number(person) for person in value)


def _is_names(value: object) -> bool:
    listed = isinstance(value, Collection) and not isinstance(value, str | bytes)
    return listed and all(isinstance(name, str) for name in value)


SHAPES = MappingProxyType({
    "flag": lambda value: isinstance(value, bool),
    "number": _is_number,
    "text": lambda value: isinstance(value, str) and value != "",
    "person": _is_number,
    "maker": lambda value: value == "system" or _is_number(value),
    "persons": _is_persons,
    "names": _is_names,
})


@dataclass(frozen=True)
class FactShape:
    """shape: key of SHAPES; meaning: what must hold for the value to be given."""

    shape: str
    meaning: str


def _shapes(shape: str, **meanings: str) -> dict[str, FactShape]:
    return {name: FactShape(shape, meaning) for name, meaning in meanings.items()}


FACTS: Mapping[str, FactShape] = MappingProxyType({
    **_shapes(
        "flag",
        death_marked="the person bears a death mark that is not annulled",
        death_reason="the suspension or stop in force has death as its reason, and no annulment came since",
        annuls_death_mark="the decision being executed annuls the death mark under the same signatures",
        kind_touches_death_marked="DECISION_KINDS[kind].may_touch_death_marked",
        case_in_area="the case lies in the area of the actor's grant for this act",
        valid_certification="a certification on file covers the business date",
        submitted_certification="a certification submitted in time awaits recheck",
        certifying_fact="a fact on the eligible list, later than the last certification, is on file",
        conflicting_loss="a fact of loss contradicts the life sign, or is undated",
        cycle_over="due_on has passed",
        lapsed_this_period="this period has already led to an automatic suspension",
        notice_accepted="in the warning period one of what the rules count happened: notice taken, posted, home visit",
        lapses_by_calendar="rule value: lapses are suspended by the calendar, not by a batch that staff release",
        batch_released="two people have released a batch in which the case stands for this period",
        month_closed="the period was over by the last end of a month",
        gathered="the case stands in the batch of that month, or in one that nobody has released yet",
        batch_closed="the office's batch of that month was handed on and takes no more cases",
        notices_recorded="the notices of the suspension stand in the record",
        open_objection="an objection to the suspension or stop is open",
        open_decision="another open decision would move the case",
        limit_paused="the promised limit of the decision stands still, for a reason on record",
        open_verification="a verification task of the case is open",
        verification_overdue="the open verification task is past its day and not escalated yet",
        verification_escalated="the open verification task was escalated",
        home_visit_open="the open verification task is a home visit",
        reminder_due="a stage of reminding of the period has begun, and the period is not over",
        reminded="a reminder of this period was queued in the latest stage of reminding",
        period_to_begin="the case has no period, and on the business date its rules give it one",
        adult_dependant="a dependant of the kinships the rules name is of age and not known to be unable to work",
        adult_looked_at="a verification for that reason was opened before",
        verification_due="on both lists, data disputed, or in the warning period without evidence",
        payment_data_mended="the payment data were corrected since the first failure",
        arrears_returned="the payment return for the arrears has come, or the arrears are zero",
        arrears_bound="the arrears sheet is computed and bound to the decision",
        account_settled="the personal account is settled or sealed",
        import_released="the import was released by a second person",
        termination_without_stop="the area's rules terminate without a stop before",
        loss_undated="matching: a register says the person has lost the benefit and does not say since when",
        no_period="matching: the rules set no certification period for the case",
        neither_asked="rule value: who is on neither list is to be verified",
        before_due_asked="rule value: who is without evidence in the months before the due date is to be verified",
    ),
    **_shapes(  # days since 1970-01-01, see matching/definition.py
        "number",
        proof_day="latest day of which a register proves the benefit is still due; 0 without one",
        evidence_day="the later of proof_day and the last certification on file",
        loss_day="earliest day of which a register says the benefit is lost",
        doubt_day="latest day of a loss that is not sure, -1 without one",
        adult_day="day on which a dependant able to work is of age",
        perhaps_adult_day="the same where the capacity to work is not known",
        due_day="due date of the case; 0 where none is set, which counts as near",
        matched_on="business day of the run",
        stale_before="evidence of this day or before counts no longer",
        valid_from="first day whose evidence is still within its period",
        due_near="last due date that is within the months before it",
    ),
    **_shapes(
        "number",
        months_suspended="whole months since the suspension, or since the last dismissal of an objection to it",
        months_to_stop="rule value: months suspended before a stop",
        payment_failures="failed payments in a row, months",
        payment_failures_to_suspend="rule value: failed months in a row before a suspension",
    ),
    **_shapes(
        "text",
        digest_now="SHA-256 of the decision's content, recomputed under the lock",
        digest_signed="SHA-256 that the signatures of this round carry",
        required_level="lowest office level that may take this action: review_chain.required_level(kind, action)",
        level_basis="the rule or article that says so",
    ),
    **_shapes("person", pensioner_person="natural person the case is about"),
    **_shapes("maker", maker="natural person who made the decision, or the word system"),
    **_shapes(
        "persons",
        first_side="natural persons on the first side, all rounds",
        signed_this_round="natural persons who signed in this round",
        relatives="natural persons related to the actor, by declaration",
        suspension_participants="all who took part in the suspension or stop objected to; empty without an objection",
        eligible_next="natural persons who could take the next signature",
    ),
    **_shapes(
        "names",
        materials_missing="materials the rules ask for that are not bound",
        evidence_kinds="kinds of evidence bound",
        sufficient_evidence="kinds of evidence the area's rules hold sufficient for the reason",
        reasons_in_force="reasons the area's rules allow for this action and benefit",
        decision_moves="case actions of the decision being executed; empty when there is none",
    ),
})


def read(facts: Mapping[str, object], name: str) -> object:
    """The value of a catalogued fact. Raises FactUnknown when absent, None, uncatalogued or of another shape."""
    value = facts.get(name)
    if value is None or name not in FACTS or not SHAPES[FACTS[name].shape](value):
        raise FactUnknown(name)
    return value
