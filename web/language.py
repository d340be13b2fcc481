"""Chinese first, English by choice: the cookie decides, then the account, then the default of the installation."""
from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, make_response, redirect, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.wrappers import Response

from staff.access import public
from translations.catalogue import Catalogue, load_catalogue
from web.signed_in import signed_in_person

LANGUAGES = {"zh": "中文", "en": "English"}  # each in its own words, whatever the page's language
HTML_CODES = {"zh": "zh-CN", "en": "en"}
COOKIE, COOKIE_SECONDS = "language", 365 * 24 * 3600

blueprint = Blueprint("language", __name__)


class CatalogueDomain(Domain):
    """Our YAML instead of compiled .mo files."""

    def __init__(self, catalogues: dict[str, Catalogue]) -> None:
        super().__init__()
        self.catalogues = catalogues

    def get_translations(self) -> Catalogue:
        return self.catalogues.get(current_language()) or self.catalogues["zh"]


def current_language() -> str:
    """`zh` or `en`; `zh` outside any application context."""
    locale = get_locale()
    return locale.language if locale else "zh"


def chosen_language() -> str:
    """What this request asks for; an unknown code counts as no choice."""
    person = signed_in_person() if request else None
    wishes = (request.cookies.get(COOKIE) if request else None, person.language if person else None)
    return next((wish for wish in wishes if wish in LANGUAGES), current_app.config["BABEL_DEFAULT_LOCALE"])


@blueprint.post("/language/<code>")
@public
def switch(code: str) -> Response:
    """Sets the cookie and goes back to the page of the form's `next`, which must lie within this site."""
    if code not in LANGUAGES:
        abort(404)
    answer = make_response(redirect(local_address(request.form.get("next"))))
    answer.set_cookie(COOKIE, code, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax",
                      secure=current_app.config.get("SESSION_COOKIE_SECURE", False))
    return answer


def local_address(address: str | None) -> str:
    """`address` when it stays on this site, else the front page: no open redirect."""
    parts = urlsplit((address or "").replace("\\", "/"))
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/") and parts.path[:2] != "//"
    return address if inside and address else "/"


def here() -> str:
    """The page to come back to: this one when it was asked for by GET, else the one its form came from."""
    if request.method in ("GET", "HEAD") and request.endpoint and request.endpoint != "static":
        return request.full_path.rstrip("?")
    source = urlsplit(request.referrer or "")
    return local_address(source.path + (f"?{source.query}" if source.query else ""))


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    babel = Babel(app, default_locale="zh", default_timezone="Asia/Shanghai", locale_selector=chosen_language)
    babel.domain_instance = CatalogueDomain(load_catalogue())
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, current_language=current_language, here=here,
                                 html_lang=lambda: HTML_CODES[current_language()])
