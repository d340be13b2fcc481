"""Pages of people: signing in, one's own account, accounts, grants, offices."""
from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("staff", __name__)

from staff.routes import accounts, grants, offices, own, relatives, sign_in  # noqa: E402,F401  (they fill the blueprint)
