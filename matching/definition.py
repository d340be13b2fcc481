"""The one definition of matching: how signs are folded and which list follows (SC 12-14; QD 17-19). Pure.

Days are whole numbers since 1970-01-01. A sign carries 0 where its register gave no date. Every engine asks this table:
here for one person, matching/columns.py for many, matching/spark.py on many machines (docs/decisions/100).
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rules.vocabulary import ELIGIBLE_SOURCES, LOSS_SIGNS
from workflows.predicates import And, Compare, Fact, Node, Not, Or

EPOCH = date(1970, 1, 1).toordinal()
UNDATED, NONE = 0, 0
LAST_DAY = 65_535  # 2149-06-06, the last a sign may carry
NEVER = 65_536
SURE = NUMBER_AND_NAME, NUMBER_ONLY, LINKED = 2, 1, 0
CLASSES = NOTHING, PROVES, DOUBTS, ENDS = range(4)
LISTS = ("eligible", "lost", "to_be_verified")
OF_SIGN = "of_sign"  # the reason is what the sign says

# Numbers stand in files of runs: words are only ever added at the end of these three tuples.
FIXED_REASONS = ("both_lists", "adult_able_to_work", "doubtful_loss", "capacity_unknown", "no_period", "certified",
                 "no_evidence_before_due", "period_runs", "neither_list")
REASONS: Mapping[int, str] = {
    **dict(enumerate(FIXED_REASONS)),
    **{100 + number: word for number, word in enumerate(ELIGIBLE_SOURCES)},
    **{200 + number: word for number, word in enumerate(LOSS_SIGNS)},
}


class WrongDay(ValueError):
    """A sign is dated after the day of the run, or before 1970."""

    code = "SIGN_LATER"


def day_number(on: date) -> int:
    return on.toordinal() - EPOCH


def date_of(day: int) -> date:
    return date.fromordinal(day + EPOCH)


def reason_number(eligible: str | None, loss: str | None) -> int:
    """The reason of a sign, by the word of what it says."""
    return 100 + ELIGIBLE_SOURCES.index(eligible) if eligible else 200 + LOSS_SIGNS.index(loss)


@dataclass(frozen=True)
class Sign:
    """What one row of a load says of one person."""

    person: int
    day: int
    code: int
    sure: int
    load: int
    row: int


@dataclass(frozen=True)
class Profile:
    """A place's rules for one kind of benefit and kinship on a day, as numbers (matching/profiles.py).

    classes: code -> class by 2 * sure + dated; stale_before: evidence of that day or before counts no longer;
    valid_from: first day whose evidence is still within its period; due_near: last due date that is near.
    """

    on: int
    classes: tuple[tuple[int, tuple[int, ...]], ...]
    stale_before: int
    valid_from: int
    due_near: int
    no_period: bool
    neither_asked: bool
    before_due_asked: bool

    def class_of(self, sign: Sign) -> int:
        return dict(self.classes).get(sign.code, _SAYS_NOTHING)[2 * sign.sure + (sign.day != UNDATED)]


_SAYS_NOTHING = (NOTHING,) * 6


@dataclass(frozen=True)
class OfCase:
    """What the case itself tells: days, NONE for what is not there. of_age: see matching.profiles.of_age."""

    certified: int = NONE
    due: int = NONE
    of_age: int = NONE


@dataclass(frozen=True)
class Folded:
    """All that counts of a person's signs: latest proof, earliest dated loss, a loss without a date, latest doubt."""

    proof: Sign | None = None
    loss: Sign | None = None
    undated: Sign | None = None
    doubt: Sign | None = None


@dataclass(frozen=True)
class Verdict:
    """A row of the table. sign: which of the folded signs put the case there, None where none did."""

    list: str
    reason: str
    sign: str | None
    when: Node


_LOSS_DATED = Compare("loss_day", "<", NEVER)
VERDICTS: tuple[Verdict, ...] = (
    Verdict("to_be_verified", "both_lists", "loss", Or(
        And(_LOSS_DATED, Compare("evidence_day", ">=", Fact("loss_day"))),
        And(Fact("loss_undated"), Compare("evidence_day", ">=", Fact("valid_from"))))),
    Verdict("lost", OF_SIGN, "loss", Or(_LOSS_DATED, Fact("loss_undated"))),
    Verdict("lost", "adult_able_to_work", None, Compare("adult_day", "<=", Fact("matched_on"))),
    Verdict("to_be_verified", "doubtful_loss", "doubt", Compare("doubt_day", ">=", Fact("evidence_day"))),
    Verdict("to_be_verified", "capacity_unknown", None, Compare("perhaps_adult_day", "<=", Fact("matched_on"))),
    Verdict("eligible", "no_period", None, Fact("no_period")),
    Verdict("eligible", OF_SIGN, "proof", And(Compare("evidence_day", ">", Fact("stale_before")),
                                              Compare("proof_day", "=", Fact("evidence_day")))),
    Verdict("eligible", "certified", None, Compare("evidence_day", ">", Fact("stale_before"))),
    Verdict("to_be_verified", "no_evidence_before_due", None, And(
        Fact("before_due_asked"), Compare("due_day", "<=", Fact("due_near")))),
    Verdict("eligible", "period_runs", None, And(
        Not(Fact("neither_asked")), Compare("due_day", ">=", Fact("matched_on")))),
    Verdict("to_be_verified", "neither_list", None, And()),
)


def fold(signs: Iterable[Sign], profile: Profile) -> Folded:
    """The signs of one person as one benefit sees them; order and repetition change nothing (S8)."""
    by_class: dict[int, list[Sign]] = {one: [] for one in CLASSES}
    for sign in signs:
        by_class[profile.class_of(sign)].append(sign)
    ends = by_class[ENDS]
    return Folded(
        proof=min(by_class[PROVES], key=_latest, default=None),
        loss=min((sign for sign in ends if sign.day != UNDATED), key=_earliest, default=None),
        undated=min((sign for sign in ends if sign.day == UNDATED), key=_earliest, default=None),
        doubt=min(by_class[DOUBTS], key=_latest, default=None))


def _rest(sign: Sign) -> tuple[int, ...]:
    return sign.code, sign.sure, sign.load, sign.row


def _earliest(sign: Sign) -> tuple[int, ...]:
    return sign.day, *_rest(sign)


def _latest(sign: Sign) -> tuple[int, ...]:
    """A doubt without a date is later than any proof: nothing shows that it is answered."""
    return -(sign.day or NEVER), *_rest(sign)


def facts(folded: Folded, case: OfCase, profile: Profile) -> dict[str, int | bool]:
    """The named facts that the table reads."""
    proof = folded.proof.day if folded.proof else NONE
    return {
        "proof_day": proof,
        "evidence_day": max(proof, case.certified),
        "loss_day": folded.loss.day if folded.loss else NEVER,
        "loss_undated": folded.undated is not None,
        "doubt_day": (folded.doubt.day or NEVER) if folded.doubt else -1,
        "adult_day": case.of_age if case.of_age > 0 else NEVER,
        "perhaps_adult_day": -case.of_age if case.of_age < 0 else NEVER,
        "due_day": case.due,
        "matched_on": profile.on,
        "stale_before": profile.stale_before,
        "valid_from": profile.valid_from,
        "due_near": profile.due_near,
        "no_period": profile.no_period,
        "neither_asked": profile.neither_asked,
        "before_due_asked": profile.before_due_asked,
    }


@dataclass(frozen=True)
class Found:
    """Where one case stands and why. asked: the rows of the table that were looked at, the last one holds."""

    list: str
    reason: str
    sign: Sign | None
    asked: tuple[Verdict, ...]
    facts: Mapping[str, int | bool]


def find(signs: Iterable[Sign], case: OfCase, profile: Profile, reasons: Mapping[int, int]) -> Found:
    """The list of one case. reasons: code -> number of REASONS. Raises WrongDay."""
    known = list(signs)
    if any(sign.day > profile.on for sign in known):
        raise WrongDay("a sign is dated after the day of the run")
    folded = fold(known, profile)
    asked_of = facts(folded, case, profile)
    at = next(at for at, row in enumerate(VERDICTS) if row.when.evaluate(asked_of))
    row = VERDICTS[at]
    sign = {None: None, "loss": folded.loss or folded.undated, "doubt": folded.doubt, "proof": folded.proof}[row.sign]
    reason = REASONS[reasons[sign.code]] if row.reason == OF_SIGN else row.reason
    return Found(row.list, reason, sign, VERDICTS[:at + 1], asked_of)
