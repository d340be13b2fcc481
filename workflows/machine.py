"""A table that acts: refusals, taking a row, checking a history, drawing itself. Alone in importing `transitions`."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from transitions import EventData, Machine

from workflows import diagram as drawing
from workflows.facts import FactUnknown
from workflows.transition import SYSTEM, Attempt, Guard, Refusal, Transition, TransitionRefused

START = "(none)"  # the library wants a word for what has not been entered


def _asked(guard: Guard, attempt: Attempt) -> Refusal | None:
    try:
        return guard(attempt)
    except FactUnknown as unknown:
        return Refusal("FACT_UNKNOWN", {"fact": unknown.name})


def _post(row: Transition, attempt: Attempt) -> Refusal | None:
    if attempt.actor.is_system:
        return None if SYSTEM in row.by else Refusal("SYSTEM_NEVER_SIGNS", article="SC-29")
    if attempt.actor.roles & (row.by - {SYSTEM}):
        return None
    return Refusal("NO_GRANT", {"roles": sorted(row.by - {SYSTEM})}, "JS-8.1")


def _reason(row: Transition, attempt: Attempt) -> Refusal | None:
    if not row.reasons or attempt.reason in row.reasons:
        return None
    if not attempt.reason:
        return Refusal("REASON_MISSING", {"reasons": row.reasons})
    return Refusal("REASON_NOT_ALLOWED", {"reason": attempt.reason, "reasons": row.reasons})


def _condition(row: Transition, attempt: Attempt) -> Refusal | None:
    return None if row.when.evaluate(attempt.facts) else Refusal("CONDITION_NOT_MET")


class _Holder:
    """A throwaway thing with a state, so that the shared machine keeps none."""

    def __init__(self, state: str):
        self.state = state


class Workflow:
    """transitions: one row per (action, source); initial: the source of every history, None when rows
    enter from nothing; no_row: code of the refusal when no row fits; prefix: the glossary's, for the states."""

    def __init__(self, name: str, states: tuple[str, ...], transitions: tuple[Transition, ...], *,
                 initial: str | None = None, no_row: str = "NOT_TRANSITIONABLE", prefix: str = "state"):
        self.name, self.states, self.transitions = name, states, transitions
        self.initial, self.no_row, self.prefix = initial, no_row, prefix
        self._rows = {(row.action, row.source): row for row in transitions}
        if len(self._rows) != len(transitions):
            raise ValueError(f"{name}: two rows for one action and source")
        strange = {row.dest for row in transitions} | {row.source for row in transitions} - {None}
        if strange - set(states):
            raise ValueError(f"{name}: no such states: {sorted(strange - set(states))}")
        # auto_transitions would add to_<state>(), a way round every guard
        self._machine = Machine(model=None, states=[START, *states], initial=START, auto_transitions=False,
                                send_event=True)
        for row in transitions:
            self._machine.add_transition(row.action, row.source or START, row.dest, before=self._guard)

    def row(self, state: str | None, action: str) -> Transition | None:
        """The row for an action from a state, or None."""
        return self._rows.get((action, state))

    def actions(self, state: str | None) -> tuple[str, ...]:
        """Actions with a row from that state, in the table's order."""
        return tuple(row.action for row in self.transitions if row.source == state)

    def facts_needed(self, state: str | None, action: str, reason: str | None = None) -> frozenset[str]:
        """Names of the facts the row's guards may read; with a reason, without those asked for other reasons."""
        row = self._rows.get((action, state))
        asked = [guard for guard in row.guards if reason in getattr(guard, "only_for", (reason,))] if row else []
        return frozenset().union(*(guard.facts for guard in asked), row.when.names() if row and row.when else ())

    def refusals(self, state: str | None, action: str, attempt: Attempt) -> tuple[Refusal, ...]:
        """Every reason why not, in the row's order; empty when the action may be taken."""
        row = self._rows.get((action, state))
        if row is None:
            return (Refusal(self.no_row, {"state": state, "action": action}),)
        attempt = replace(attempt, state=state, action=action)
        found = [_post(row, attempt), _reason(row, attempt)]
        found += [_asked(guard, attempt) for guard in row.guards]
        if not any(found) and attempt.actor.is_system and row.when is not None:
            found.append(_asked(lambda seen: _condition(row, seen), attempt))
        named: list[Refusal] = []
        for refusal in found:
            if refusal is not None and refusal not in named:
                named.append(refusal)
        return tuple(named)

    def take(self, state: str | None, action: str, attempt: Attempt) -> Transition:
        """The row taken; its dest is the new state. Raises TransitionRefused with all refusals."""
        if (action, state) not in self._rows:
            raise TransitionRefused(self.refusals(state, action, attempt))
        row = self._rows[action, state]
        holder = _Holder(state or START)
        moved = self._machine.events[action].trigger(holder, attempt=attempt)
        if moved is not True or holder.state != row.dest:
            raise RuntimeError(f"{self.name}: {action} from {state} did not arrive at {row.dest}")
        return row

    def path_is_valid(self, steps: Iterable[tuple[str, str | None, str]]) -> bool:
        """Whether (action, source, dest) steps, oldest first, are rows that follow each other from the start."""
        at = self.initial
        for action, source, dest in steps:
            row = self._rows.get((action, source))
            if source != at or row is None or row.dest != dest:
                return False
            at = dest
        return True

    def diagram(self, lang: str = "zh") -> str:
        """Mermaid stateDiagram-v2 with one line per row."""
        return drawing.mermaid(self, lang)

    def diagram_svg(self, lang: str = "zh") -> str:
        """Static SVG for pages: no script, no style sheet, no outside reference."""
        return drawing.svg(self, lang)

    def _guard(self, event: EventData) -> None:
        attempt = event.kwargs["attempt"]
        state = None if event.model.state == START else event.model.state
        refused = self.refusals(state, event.event.name, attempt)
        if refused:
            raise TransitionRefused(refused)
