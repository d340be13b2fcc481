"""A command refused: its reasons stand in the form it came from, and nothing typed is lost."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from web.forms import Form
from workflows.transition import TransitionRefused


@contextmanager
def answered(form: Form) -> Iterator[None]:
    """Goes on after a TransitionRefused with `form.refused` filled; the caller shows the form again, with 409."""
    try:
        yield
    except TransitionRefused as refused:
        form.refused = refused.refusals
