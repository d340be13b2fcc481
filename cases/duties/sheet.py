"""The list of results as it hangs on the wall (QD 31): PDF, names masked, nothing but what must be read there."""
from __future__ import annotations

from datetime import date

from cases.duties.posting import ARTICLE, RESULTS, digest, people_of
from cases.letters import font_folder
from cases.pdf import render
from cases.wording import print_environment
from staff.models import Office
from workflows.citations import cite
from workflows.duties import Period

STYLES = ("print-document.css",)
TEMPLATE_VERSION = 1


def posting_pdf(office: Office, kept: str, period: Period, on: date, lang: str) -> bytes:
    """PDF/A-3a; the same bytes for the same list, day and language. Raises RareCharacter."""
    people = people_of(office, kept, period, on)
    counts = {result: sum(one.result == result for one in people) for result in RESULTS}
    html = print_environment(lang).get_template("duties/posting_sheet.html").render(
        office=office, period=period, on=on, people=people, counts=counts, digest=digest(people),
        basis=cite(ARTICLE, area=office.code, lang=lang))
    identifier = f"posting {TEMPLATE_VERSION} {office.code} {period.first} {on} {lang} {digest(people)}".encode()
    return render(html, fonts=font_folder(), styles=STYLES, identifier=identifier, made_on=on)
