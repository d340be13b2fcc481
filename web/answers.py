"""A command refused: its reasons stand in the form it came from, and nothing typed is lost."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from web.forms import Form
from workflows.glossary import UnknownTerm, term
from workflows.transition import Refusal, TransitionRefused


def refusal_named(code: str, detail: Mapping[str, object] = MappingProxyType({})) -> Refusal | None:
    """What is on record of a refusal, as one; None for a name of an error, which no glossary knows."""
    try:
        term(f"refusal.{code}")
    except UnknownTerm:
        return None
    return Refusal(code, detail)


@contextmanager
def answered(form: Form) -> Iterator[None]:
    """Goes on after a TransitionRefused with `form.refused` filled; the caller shows the form again, with 409."""
    try:
        yield
    except TransitionRefused as refused:
        form.refused = refused.refusals
