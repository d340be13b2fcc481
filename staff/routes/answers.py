"""A refused form: the refusal is on the log, its words stand in the form, nothing typed is lost."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from staff.access import current_actor
from staff.denials import record_denial
from staff.refusals import StaffRefused
from web.filters import refusal as words
from web.forms import Form
from workflows.transition import Refusal

FIELDS = {"BAD_ID_NUMBER": "id_number", "USERNAME_TAKEN": "username", "WRONG_PASSWORD": "old",
          "PASSWORD_UNCHANGED": "new",
          "INCOMPATIBLE_ROLES": "role", "ALREADY_GRANTED": "role", "OUT_OF_AREA": "office",
          "OWN_PERSON": "id_number"}


@contextmanager
def blamed(form: Form) -> Iterator[bool]:
    """Yields whether the form has its shape; a StaffRefused inside becomes an error of the form."""
    ok = form.validate_on_submit()
    try:
        yield ok
    except StaffRefused as refused:
        record_denial(current_actor(), refused.refusal, refused.details)
        name = FIELDS.get(refused.refusal, "")
        form.blame(name if name in form else "", words(Refusal(refused.refusal, refused.details)))
