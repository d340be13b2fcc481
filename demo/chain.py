"""Short ways to say what people do in the stories: each is the real command."""
from __future__ import annotations

import io
from datetime import date

from PIL import Image, ImageDraw

from cases import review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import Received, add_evidence
from cases.models import Case, Decision
from demo.office_staff import actor
from demo.places import STAFF

CHAINS = {"510107": ("li", "wang", "zhao"), "510104": ("jin.li", "jin.wang", "jin.zhao"),
          "5101": ("city.li", "city.wang", "city.zhao")}
ACTIONS = ("initial_review", "recheck", "approve")


def village_officer(case: Case) -> str:
    """User name of the grassroots officer where the person lives."""
    code = case.pensioner.residence_office.code
    return next(username for username, _shown, office, posts in STAFF
                if office == code and "grassroots_officer" in posts)


def paper(kind: str, happened_on: date) -> Received:
    """A small picture that says what it stands for: made up, like everybody in it."""
    picture = Image.new("RGB", (480, 320), "#f3efe6")
    ImageDraw.Draw(picture).text((24, 24), f"DEMONSTRATION\n{kind}\n{happened_on}", fill="#333")
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=60)
    return Received(kind, "", "image/jpeg", stream.getvalue(), happened_on)


def propose(case_id: int, who: str, kind: str, reason: str | None, on: date, papers: tuple[str, ...] = (),
            **fields: object) -> Decision:
    """Open a decision with its papers."""
    maker = actor(who)
    kept = tuple(add_evidence(case_id, paper(name, on), actor=maker, on=on).id for name in papers)
    return open_decision(case_id, Proposal(kind, reason, dict(fields), evidence=kept), actor=maker, on=on)


def carry(decision: Decision, chain: tuple[str, ...], on: date, steps: int = 3) -> None:
    """Submit, then sign so many steps, by one person each."""
    decision_id, needed = decision.id, decision.signatures_required
    submit(decision_id, actor=actor(chain[0]), on=on)
    for action, who in list(zip(ACTIONS, chain, strict=True))[:min(steps, needed)]:
        review.sign(decision_id, action, opinion="材料齐全，情况属实，同意。", actor=actor(who), on=on)


def sign_waiting(decision: Decision, chain: tuple[str, ...], on: date, steps: int = 3) -> None:
    """Sign what SYSTEM has handed in."""
    decision_id, needed = decision.id, decision.signatures_required
    for action, who in list(zip(ACTIONS, chain, strict=True))[:min(steps, needed)]:
        review.sign(decision_id, action, opinion="同意。", actor=actor(who), on=on)
