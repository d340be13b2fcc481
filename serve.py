"""Serves the application with waitress on HOST:PORT and says where, and on a demonstration, whom to sign in as.

It serves no database of another version. With --real it serves real use only: not a demonstration's database, not
before the first three persons are named, and on PostgreSQL not with a role that can lift what the database refuses.
"""
from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select
from waitress import create_server

from app import create_app
from audit import anchoring_job
from audit.following import in_background
from cases.log_alarms import tell
from cases.pdf import faults
from cases.sweep import is_demonstration
from database import db
from database.roles import OWNER, excesses
from database.versions import objection as version_objection
from matching.results import going_on
from staff.clock import today
from staff.models import StaffAccount

SEQUENCE_EVERY = 1.0  # seconds; docs/decisions/110
ANCHOR_LOOK = 20.0  # seconds between two looks whether a checkpoint is due, by whichever worker
SIGN_INS = "sign-ins.txt"  # written by `demo load`, never for a database used for real


def objection(app: Flask) -> str | None:
    """Why this database cannot be used for real; None when it can."""
    with app.app_context():
        if is_demonstration():
            return "This database holds a demonstration: it is never used for real. Set DATABASE_URL or INSTANCE_DIR."
        if db.session.scalar(select(StaffAccount.id).limit(1)) is None:
            return ("Nobody can sign in yet. Load the offices (flask offices load) and name three persons "
                    "(flask staff first-persons).")
        return roles_objection()


def roles_objection() -> str | None:
    """On PostgreSQL: why the application's role may do too much, or may come to; None when it may not."""
    if current_app.config.get(OWNER):
        return "OWNER_DATABASE_URL is for `flask database` only: the server runs without it."
    with db.engine.connect() as connection:
        beyond = excesses(connection)
    if not beyond:
        return None
    return "\n".join([*beyond, "Set OWNER_DATABASE_URL to another role and run: flask database create --real"])


def main() -> int:
    app = create_app()
    with app.app_context(), db.engine.connect() as connection:
        version = version_objection(connection)
    if version:
        print(version, file=sys.stderr)
        return 1
    if "--real" in sys.argv and (why := objection(app)):
        print(why, file=sys.stderr)
        return 1
    for fault in faults(Path(app.config["FONT_DIR"])):
        print(f"Letters and dossiers: {fault}", file=sys.stderr)
    host, port = app.config["HOST"], app.config["PORT"]
    try:
        server = create_server(app, host=host, port=port, threads=app.config["THREADS"], ident=None,
                               clear_untrusted_proxy_headers=not app.config["PROXIES"])
    except OSError as error:
        print(f"Cannot listen on {host}:{port}: {error.strerror}. Set PORT to a free one.", file=sys.stderr)
        return 1
    print(f"\nhttp://{host}:{port}/   (stop with Ctrl-C)\n", flush=True)
    sign_ins = Path(app.config["INSTANCE_DIR"]) / SIGN_INS
    if sign_ins.exists():
        print(sign_ins.read_text(encoding="utf-8"), flush=True)
    going_on.beside(app)
    beside = [in_background(app, SEQUENCE_EVERY)]
    if app.config["ANCHOR_EVERY"]:
        beside.append(in_background(app, ANCHOR_LOOK, lambda: anchoring_job.once(today(), tell), "witnessing"))
    try:
        server.run()
    finally:
        for one in beside:
            one.set()
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
