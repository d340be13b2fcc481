"""Pages for everybody: policies, ways and steps of certification, published all the time (SC-6, QD-8)."""
from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from staff.access import public
from web.language import current_language
from web.navigation import address_of, sections
from web.signed_in import signed_in_person

STATEMENT = Path(__file__).with_name("public_statement.yaml")

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@public
def front() -> Response:
    """The first section of whoever is signed in; the door for everybody else."""
    own = [link.address for link in sections()] + [address_of("staff.me" if signed_in_person() else "staff.sign_in")]
    return redirect(next((address for address in own if address), url_for("public.guide")))


@blueprint.get("/guide")
@public
def guide() -> str:
    """Who certifies, how often, in which ways, and what happens when nobody does."""
    return render_template("home/guide.html", statement=_in(current_language(), statement()))


@cache
def statement() -> dict[str, Any]:
    """The text in both languages: every leaf is {"zh": ..., "en": ...} or a plain value."""
    return yaml.safe_load(STATEMENT.read_text(encoding="utf-8"))


def _in(language: str, tree: Any) -> Any:
    """`tree` with every pair of languages replaced by the text of one."""
    if isinstance(tree, dict):
        return tree[language] if set(tree) == {"zh", "en"} else {key: _in(language, one) for key, one in tree.items()}
    return [_in(language, one) for one in tree] if isinstance(tree, list) else tree
