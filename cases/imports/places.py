"""Offices and places as files write them, by code or by name."""
from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import select

from database import db
from staff.models import Office


class PlaceRefused(Exception):
    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class Places:
    """The tree of offices as seen by the office that imports. Read once per run: thousands of rows, not millions."""

    def __init__(self, importing: Office):
        self.importing = importing
        self.by_code: dict[str, tuple[str, str]] = {}
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for code, name, path in db.session.execute(select(Office.code, Office.name, Office.path)):
            self.by_code[code] = (name, path)
            self.by_name[name].append(code)
        self.finders: dict[str, Callable[[str | None], str | None]] = {
            "paying_office": self.paying_office, "insured_place": self.insured_place,
            "residence_office": self.residence}

    def _code(self, written: str) -> str | None:
        """Its own code; one name, or one name within the importing office's area."""
        if written in self.by_code:
            return written
        codes = self.by_name.get(written, [])
        inside = [code for code in codes if self.inside(code)]
        return (inside or codes)[0] if 1 in (len(inside), len(codes)) else None

    def inside(self, code: str) -> bool:
        return self.by_code[code][1].startswith(self.importing.path)

    def paying_office(self, written: str | None) -> str:
        """Nothing written: the importing office. Raises UNKNOWN_OFFICE, OFFICE_OUT_OF_AREA."""
        code = self._code(written) if written else self.importing.code
        if code is None:
            raise PlaceRefused("UNKNOWN_OFFICE")
        if not self.inside(code):
            raise PlaceRefused("OFFICE_OUT_OF_AREA")
        return code

    def insured_place(self, written: str | None) -> str | None:
        """A code of GB/T 2260 stands as it is, in the tree of offices or not. Raises UNKNOWN_PLACE."""
        if not written or (written.isdigit() and 6 <= len(written) <= 12):
            return written
        if (code := self._code(written)) is None:
            raise PlaceRefused("UNKNOWN_PLACE")
        return code

    def residence(self, written: str | None) -> str | None:
        """None for a residence outside the tree: people move anywhere."""
        return self._code(written) if written else None
