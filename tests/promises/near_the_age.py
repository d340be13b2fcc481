"""An insured person who nears the age of benefit, listed by a file that one proposes and another releases."""
import tempfile
from datetime import date
from pathlib import Path

from cases.imports.proposing import propose
from cases.imports.releasing import release
from staff.offices import office_by_code
from tests.people import actor, valid_id_number
from tests.promises.county import ON

ROWS = "姓名,身份证号,险种,联系电话,缴费月数\n沈玉珍,{number},城乡居民,13800138000,180\n"


def listed_at(code: str, proposer: str, releaser: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text(ROWS.format(number=valid_id_number(born=date(1966, 5, 4))), encoding="utf-8")
        batch = propose(path, office_by_code(code), actor(proposer), ON, kind="nearing_age")
    release(batch, actor(releaser), ON)
