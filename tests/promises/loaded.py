"""All that the application consists of, imported: what it takes seconds to load, a forked process has at once."""
from __future__ import annotations

from app import COMMANDS, MODELS, PARTS, ROUTES, _found, _present
from tests import conftest
from tests.promises import county

__all__ = ["conftest", "county"]

list(_present(MODELS + PARTS))
_found(ROUTES + COMMANDS, object)
