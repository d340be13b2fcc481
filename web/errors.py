"""Pages for what went wrong, in words, with what to do next. One template per status; the rest share two."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.signed_in import forget_person
from workflows.transition import Refusal, TransitionRefused

STATUSES = (400, 401, 403, 404, 405, 409, 413, 429, 500)
TEMPLATES = {405: 404, 410: 404}  # to a clerk an address that takes no such request, or no longer, is not there


def page(status: int, refusals: tuple[Refusal, ...] = (), **more: Any) -> tuple[str, int]:
    """The page of `status`; `refusals` are listed by name. A route may call it to answer 409 itself."""
    template = f"errors/{_template(status)}.html"
    return render_template(template, status=status, refusals=refusals, back=_whence(), **more), status


def _template(status: int) -> int:
    known = TEMPLATES.get(status, status)
    return known if known in STATUSES else 500 if status >= 500 else 400


def _whence() -> str | None:
    """Path of the page the reader came from, when it is one of ours and another one."""
    came = urlsplit(request.referrer or "")
    return came.path if came.netloc == request.host and came.path != request.path else None


def _http(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    text, status = page(error.code or 500, _named(error), retry_after=getattr(error, "retry_after", None))
    keep = {name: value for name, value in error.get_headers() if name in ("Retry-After", "Allow")}
    return text, status, keep


def _named(error: HTTPException) -> tuple[Refusal, ...]:
    """The blocking facts: those the error brings, or the one its description names in capitals."""
    given = getattr(error, "refusals", None) or ()
    words = error.description or ""
    code = words if words.isupper() and words.replace("_", "").isalpha() else ""
    return tuple(given) or ((Refusal(code),) if code else ())


def _refused(error: TransitionRefused) -> Any:
    return page(409, error.refusals)


def _forged(_error: CSRFError) -> Any:
    return page(400, expired=True)


def _broken(_error: Exception) -> Any:
    forget_person()
    return page(500, reference=g.get("request_id"))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    for status in STATUSES:
        app.register_error_handler(status, _broken if status == 500 else _http)
    app.register_error_handler(TransitionRefused, _refused)
    app.register_error_handler(CSRFError, _forged)
