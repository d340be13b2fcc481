"""`flask audit ...`: the group that the commands of the log join."""
from __future__ import annotations

from flask.cli import AppGroup

audit = AppGroup("audit", help="The audit log: export, check, sign, anchor.")
