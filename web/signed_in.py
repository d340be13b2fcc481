"""Who is signed in, as the header of a page shows it."""
from __future__ import annotations

from dataclasses import dataclass

from flask import g
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from staff.access import current_actor


@dataclass(frozen=True)
class SignedIn:
    """name and office as shown; roles: names of the grants in force; language: the account's, if it has one."""

    name: str
    office: str
    roles: frozenset[str]
    language: str | None = None


def signed_in_person() -> SignedIn | None:
    """The person of this request, read once; None on the sign-in page and on the page of a broken server."""
    if "signed_in_person" not in g:
        g.signed_in_person = None  # reading it must not ask for it again
        g.signed_in_person = _read()
    return g.signed_in_person


def forget_person() -> None:
    """For the page of a broken server: no further question to a database that may be the fault."""
    g.signed_in_person = None


def _read() -> SignedIn | None:
    try:
        actor = current_actor()
    except Unauthorized:
        return None
    return SignedIn(actor.display_name, current_user.office.name, actor.roles)
