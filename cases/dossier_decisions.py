"""The decisions of a dossier: a fold over the events of each, with its acts, papers and arrears sheet."""
from __future__ import annotations

from typing import Any

from cases.dossier_entries import Entry, time_of, words_in

SIGNING = {"InitialReviewPassed": "sign", "DecisionRechecked": "sign", "DecisionApproved": "sign",
           "DecisionReturned": "return", "DecisionRejected": "reject"}
CLOSING = {"DecisionExecuted": "executed", "DecisionRejected": "rejected", "DecisionWithdrawn": "withdrawn"}
PROPOSED = ("reason", "lines", "back_pay_fen", "payable_through", "fields", "reasons")
OPENED = ("decision", "decision_no", "kind", "office_level", "signatures_required", "rules_version", "stage", *PROPOSED)


def decisions_of(entries: list[Entry]) -> list[dict[str, Any]]:
    """One for each decision opened, in that order: what was proposed, its acts, and the stage they led to."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        kind, data = entry.recorded.type, entry.data
        if kind == "DecisionOpened":
            found[data["decision"]] = _opened(entry)
        decision = found.get(data.get("decision") or "")
        if decision is None:
            continue
        if kind in SIGNING:
            decision["acts"].append(_act(entry))
        if kind in ("DecisionEdited", "DecisionExecuted"):
            decision.update({name: data[name] for name in PROPOSED if data.get(name) is not None})
            decision["words"] |= words_in(entry, PROPOSED)
        _advance(decision, entry)
    return list(found.values())


def _opened(entry: Entry) -> dict[str, Any]:
    data = entry.data
    return {**{name: data.get(name) for name in OPENED}, "round": 1, "opened_on": entry.recorded.meta.on.isoformat(),
            "words": words_in(entry, PROPOSED),
            "closed_on": None, "by_system": data["proposed_by_system"], "content_digest": None, "acts": [],
            "evidence": []}


def _act(entry: Entry) -> dict[str, Any]:
    return {"words": words_in(entry, ("opinion",)), "act": SIGNING[entry.recorded.type],
            "actor": entry.recorded.meta.actor, "at": time_of(entry),
            **{name: entry.data.get(name) for name in ("round", "stage", "role", "opinion", "content_digest")}}


def _advance(decision: dict[str, Any], entry: Entry) -> None:
    kind, data = entry.recorded.type, entry.data
    decision["stage"] = CLOSING.get(kind) or data.get("next_stage") or data.get("stage") or decision["stage"]
    decision["round"] = data.get("new_round") or max(decision["round"], data.get("round") or 1)
    if kind in CLOSING:
        decision["closed_on"] = data.get("closed_on") or entry.recorded.meta.on.isoformat()
        decision["content_digest"] = data.get("content_digest")
    if kind == "EvidenceAdded":
        decision["evidence"].append(data["evidence"])


def sheet(decision: dict[str, Any]) -> dict[str, Any]:
    sums = {name: sum(line[name] for line in decision["lines"])
            for name in ("entitled_fen", "pay_fen", "forfeited_fen")}
    return {"decision_no": decision["decision_no"], "lines": decision["lines"], "totals": sums}


def named(decision: dict[str, Any], names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    acts = [{**act, "name": names.get(act["actor"], (act["actor"], ""))[0],
             "office": names.get(act["actor"], ("", ""))[1]} for act in decision["acts"]]
    return {**decision, "acts": acts}
