"""flask-login, reading our server-side session: `current_user` is the account."""
from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask_login import LoginManager

from database import db
from staff.actor import Actor
from staff.models import StaffAccount


def init_login(app: Flask, request_actor: Callable[[], Actor | None]) -> None:
    login = LoginManager()
    login.session_protection = None  # the session row decides, not a fingerprint of the browser
    login.init_app(app)

    @login.request_loader
    def load(_request: object) -> StaffAccount | None:
        actor = request_actor()
        return db.session.get(StaffAccount, actor.account_id) if actor else None
