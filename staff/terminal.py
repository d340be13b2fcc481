"""Who acts in a terminal: `--as ACCOUNT` signs that account in with its password, as the sign-in page would.

The password comes from ACCOUNT_PASSWORD, else from a line of standard input, else it is asked for. A demonstration asks
for none; nor does an operator's TRUST_TERMINAL=yes, which trusts whoever may run the command.
"""
from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

import click
from flask import current_app
from sqlalchemy import select

from database import db
from staff.actor import Actor, actor_of
from staff.clock import today
from staff.models import StaffAccount
from staff.sessions import find_session
from staff.sign_in import NotSignedIn, sign_in, sign_out
from workflows.glossary import LANGUAGES, next_step, term

PASSWORD = "ACCOUNT_PASSWORD"
ADDRESS = "terminal"  # sign-ins are counted by address, too


def acting(username: str, *, demonstration: bool) -> Actor:
    """The actor of `--as username`; its session ends with the command. Raises click.ClickException."""
    if demonstration or current_app.config.get("TRUST_TERMINAL"):
        return _trusted(username)
    on = today()
    try:
        token = sign_in(username, _password(username), ADDRESS, on)
    except NotSignedIn as refused:
        raise click.ClickException(f"{refused.refusal}: {term(f'refusal.{refused.refusal}')}") from refused
    session = find_session(token)
    assert session is not None  # just opened
    actor = actor_of(session.account, session.id)
    click.get_current_context().call_on_close(lambda: sign_out(actor, on))
    if actor.password_temporary:
        raise click.ClickException("先在网页上更换临时密码 / change the temporary password on the pages first")
    return actor


def told(code: str, detail: Mapping[str, object] = MappingProxyType({})) -> str:
    """A refusal in both languages, with what to do next. Raises UnknownTerm."""
    lines = (f"{term(f'refusal.{code}', lang).format(**detail)} {next_step(code, lang)}" for lang in LANGUAGES)
    return "\n".join((f"{code}:", *(f"  {line}" for line in lines)))


def _trusted(username: str) -> Actor:
    account = db.session.scalar(select(StaffAccount).where(StaffAccount.username == username.strip().lower()))
    if account is None:
        raise click.ClickException(f"没有这个账号 / no such account: {username}")
    return actor_of(account)


def _password(username: str) -> str:
    if given := os.environ.get(PASSWORD):
        return given
    if sys.stdin.isatty():
        return click.prompt(f"{username} 的密码 / password", hide_input=True)
    return sys.stdin.readline().rstrip("\r\n")
