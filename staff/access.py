"""Who may call which route, decided before the route runs; rights read again inside the write transaction (P4).

Every view carries one decision in `__access__`, set by `@access`, `@signed_in` or `@public`; one without it is refused.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Conflict, Forbidden, NotFound, Unauthorized
from werkzeug.wrappers import Response

from database import db, in_transaction
from database.types import now
from staff.actor import SYSTEM, Actor, actor_of, area_condition, in_area
from staff.denials import record_denial
from staff.login import init_login
from staff.models import StaffAccount, StaffSession
from staff.refusals import StaffRefused
from staff.sessions import find_session, session_refusal, touch

__all__ = ["SYSTEM", "Access", "AccessDenied", "Actor", "access", "area_condition", "current_actor", "in_area",
           "init_app", "lock_actor", "public", "signed_in"]

NOT_THERE = {"UNKNOWN_ACCOUNT": NotFound, "UNKNOWN_GRANT": NotFound}
BEFORE_PASSWORD = ("staff.me", "staff.change_password", "staff.sign_out")  # all there is until it has been changed
View = TypeVar("View", bound=Callable[..., Any])


class AccessDenied(Forbidden):
    """A known person may not do this. `refusal`: the blocking fact, a key of the glossary."""

    def __init__(self, refusal: str, detail: str = "") -> None:
        super().__init__(refusal)
        self.refusal, self.detail = refusal, detail


@dataclass(frozen=True)
class Access:
    """One route's decision: open to everybody, to all signed in, or to holders of one of `roles`."""

    kind: str
    roles: frozenset[str] = frozenset()

    def refusal(self, actor: Actor | None) -> str | None:
        if self.kind == "public":
            return None
        if actor is None:
            return "NOT_SIGNED_IN"
        return None if self.kind == "signed_in" or self.roles & actor.roles else "NO_GRANT"


def access(*roles: str) -> Callable[[View], View]:
    """Only holders of an active grant of one of `roles`, in whatever area; areas are the queries' affair."""
    return _decide(Access("roles", frozenset(roles)))


def signed_in(view: View) -> View:
    """Everybody signed in."""
    return _decide(Access("signed_in"))(view)


def public(view: View) -> View:
    """Everybody, signed in or not."""
    return _decide(Access("public"))(view)


def _decide(decision: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.__access__ = decision  # type: ignore[attr-defined]
        return view

    return decorate


def current_actor() -> Actor:
    """The actor of this request. Raises Unauthorized when nobody is signed in."""
    actor = _request_actor()
    if actor is None:
        raise Unauthorized
    return actor


def _request_actor() -> Actor | None:
    if "actor" not in g:
        row = find_session(session.get("token"))
        g.actor = actor_of(row.account, row.id) if row and session_refusal(row, now()) is None else None
        g.last_seen = row.last_seen_at if row else None
    return g.actor


def lock_actor(actor: Actor) -> Actor:
    """The actor as of now, session, account and grants locked until the transaction ends.

    Raises AccessDenied when the session is revoked or over, or the account closed or moved.
    """
    if actor.is_system:
        return actor
    if not in_transaction():
        raise RuntimeError("rights are checked inside the transaction that uses them")
    if actor.session_id is not None:
        row = _locked(StaffSession, actor.session_id)
        refusal = session_refusal(row, now()) if row else "SESSION_REVOKED"
        if refusal:
            raise AccessDenied(refusal)
    account = _locked(StaffAccount, actor.account_id, joinedload(StaffAccount.office, innerjoin=True))
    if account is None or not account.active:
        raise AccessDenied("ACCOUNT_CLOSED")
    return replace(actor_of(account, lock=True), session_id=actor.session_id)


def _locked(model: type, row_id: int | None, *with_it: Any) -> Any:
    # NO KEY UPDATE: waits for a revocation, not for rows that merely point at this one.
    query = select(model).where(model.id == row_id).with_for_update(of=model, key_share=True).options(*with_it)
    return db.session.scalar(query.execution_options(populate_existing=True))


def init_app(app: Flask) -> None:
    """Enforce the decisions, answer refusals, and let flask-login see who is signed in."""
    init_login(app, _request_actor)
    app.before_request(_enforce)
    app.register_error_handler(AccessDenied, _denied)
    app.register_error_handler(StaffRefused, _refused)
    if "static" in app.view_functions:
        app.view_functions["static"].__access__ = Access("public")


def _enforce() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    decision: Access | None = getattr(view, "__access__", None)
    actor = _request_actor()
    refusal = decision.refusal(actor) if decision else "NO_ACCESS_DECISION"
    if refusal == "NOT_SIGNED_IN":
        return _challenge()
    if refusal:
        raise AccessDenied(refusal)
    if actor and actor.password_temporary and decision.kind != "public" and request.endpoint not in BEFORE_PASSWORD:
        return redirect(url_for("staff.me", _anchor="password"))
    if actor and actor.session_id and request.endpoint != "static":
        touch(actor.session_id, g.last_seen, now())
    return None


def _challenge() -> Response:
    if request.method not in ("GET", "HEAD"):
        raise Unauthorized
    return redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?")))


def _denied(error: AccessDenied) -> Any:
    record_denial(_request_actor(), error.refusal)
    return current_app.handle_http_exception(Forbidden(error.refusal))


def _refused(error: StaffRefused) -> Any:
    record_denial(_request_actor(), error.refusal, error.details)
    return current_app.handle_http_exception(NOT_THERE.get(error.refusal, Conflict)(error.refusal))
