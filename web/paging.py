"""Where a list goes on: the key of the last row shown, as the address writes it."""
from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, request


def key_after(heads: int = 0) -> Any:
    """The key in `?after=`: YYYY-MM-DD_id behind so many other parts, as (*parts, date, int); None without one.

    Read from behind, since a part may have underscores of its own. Anything else is answered 400.
    """
    given = request.args.get("after")
    if not given:
        return None
    try:
        *parts, day, number = given.rsplit("_", heads + 1)
        key = (*parts, date.fromisoformat(day), int(number))
    except ValueError:
        abort(400)
    return key if len(parts) == heads else abort(400)
