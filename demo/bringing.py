"""A list of pensioners comes in: one person proposes, another releases."""
from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from cases.imports.proposing import propose
from cases.imports.releasing import release
from demo import register
from demo.chain import CHAINS
from demo.office_staff import actor
from staff.offices import office_by_code


def bring_in(listed: list[dict[str, str]], county: str, on: date) -> None:
    """The real import: one proposes, another releases."""
    maker, releaser, _approver = CHAINS[county]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{county}.csv"
        register.write(path, listed)
        batch = propose(path, office_by_code(county), actor(maker), on)
        release(batch, actor(releaser), on)
