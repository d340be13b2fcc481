"""Months and amounts typed as lines."""
from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField

LINE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))[\s:：,，]+(\d{1,7})(?:\.(\d{1,2}))?\s*")


class MonthsField(TextAreaField):
    """Lines "YYYY-MM yuan" <-> {"YYYY-MM": fen}."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{month} {fen // 100}.{fen % 100:02d}" for month, fen in sorted((self.data or {}).items()))

    def process_formdata(self, valuelist: list[Any]) -> None:
        lines = [line.strip() for line in (valuelist[0] if valuelist else "").splitlines() if line.strip()]
        found = [LINE.fullmatch(line) for line in lines]
        if not all(found):
            raise ValueError(_("每行写一个月份和一个金额，例如：2026-01 256.30"))
        self.data = {m[1]: int(m[2]) * 100 + int((m[3] or "0").ljust(2, "0")) for m in found if m}
        if len(self.data) != len(lines):
            raise ValueError(_("同一个月只能写一次。"))
