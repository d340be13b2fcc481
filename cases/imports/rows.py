"""One row of a file -> a clean record, or every error in it. Pure."""
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date

from cases.imports.cells import FieldRefused, plain
from cases.imports.errors import RowError, masked
from cases.imports.fields import PARSERS
from cases.imports.headings import Mapping
from cases.imports.id_cells import birth_of, modern_id_number, sex_of
from cases.imports.tables import SourceRow

CLAIM = "BIRTH_DIFFERS_FROM_ID_NUMBER"  # of somebody registered it is a claim to decide, not an error (F4)


@dataclass(frozen=True, slots=True)
class Record:
    """A pensioner's benefit as the file states it. Money in fen, rates as (month, fen) ascending."""
    row_number: int
    name: str
    id_number: str
    id_number_was_15: bool
    sex: str
    birth_on: date
    scheme: str
    benefit_kind: str
    granted_on: date
    rates: tuple[tuple[str, int], ...]
    payment_status: str
    status_reason: str | None = None
    status_since: date | None = None
    kinship: str | None = None
    work_capacity: str | None = None
    insured_place: str | None = None
    paying_office: str | None = None
    residence_office: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    employer: str | None = None
    last_certified_on: date | None = None
    payee_name: str | None = None
    payee_bank: str | None = None
    payee_account: str | None = None
    case_no: str | None = None

    @property
    def birth_differs(self) -> bool:
        """Stated otherwise than inside the ID number: accepted only of somebody who is registered already."""
        return self.birth_on != birth_of(self.id_number)


def nobody(_id_number: str) -> bool:
    """For reading a file beside no register."""
    return False


def parse_row(row: SourceRow, mapping: Mapping, on: date,
              registered: Callable[[str], bool] = nobody) -> Record | list[RowError]:
    """`on` is the business date: nothing may have happened after it. `registered`: whether an ID number is known."""
    values, errors = parse_cells(row, mapping, on)
    if row.problem:
        return errors
    refused_fields = {error.field for error in errors}
    errors += [error for check in CHECKS for error in check(row.number, values, mapping)
               if error.field not in refused_fields]
    errors = [error for error in errors if error.code != CLAIM or not registered(modern_id_number(values["id_number"]))]
    return errors or _record(row.number, values, mapping)


def parse_cells(row: SourceRow, mapping: Mapping, on: date) -> tuple[dict, list[RowError]]:
    """Clean values by field name and the errors of single cells, for any layout. An empty cell is None."""
    if row.problem:
        return {}, [RowError(row.number, "", row.problem)]
    values, errors = {}, []
    for heading, raw in row.raw:
        name = mapping.field_of(heading)
        if name is None:
            continue
        spec = mapping.fields[name]
        try:
            value = PARSERS[spec.type](raw, spec, on)
        except FieldRefused as refused:
            errors.append(RowError(row.number, name, refused.code, _shown(raw, spec)))
            continue
        values[name] = values.get(name, ()) + (value or ()) if spec.repeatable else value
    refused_fields = {error.field for error in errors}
    errors += [RowError(row.number, name, "REQUIRED") for name, spec in mapping.fields.items()
               if spec.required and values.get(name) is None and name not in refused_fields]
    return values, errors


def _shown(raw: object, spec) -> str:
    text = str(raw if isinstance(raw, (str, int, float, date)) else "=").strip()[:200]
    text = "".join(char if char.isprintable() else "�" for char in text)
    return masked(text, "" if text.startswith("=") else spec.mask)


def _check_identity(number, values, mapping):
    id_number = values.get("id_number")
    if not id_number:
        return
    id_number = modern_id_number(id_number)
    if values.get("birth_on") and values["birth_on"] != birth_of(id_number):
        yield RowError(number, "birth_on", CLAIM, str(values["birth_on"]))
    if values.get("sex") and values["sex"] != sex_of(id_number):
        yield RowError(number, "sex", "SEX_DIFFERS_FROM_ID_NUMBER", values["sex"])
    if values.get("granted_on") and values["granted_on"] < birth_of(id_number):
        yield RowError(number, "granted_on", "GRANTED_BEFORE_BIRTH", str(values["granted_on"]))


def _check_rates(number, values, mapping):
    monthly, history = values.get("monthly_fen"), values.get("rate_history")
    if monthly is None and not history:
        yield RowError(number, "monthly_fen", "NO_RATE")
    elif monthly is not None and history and history[-1][1] != monthly:
        yield RowError(number, "monthly_fen", "RATE_DIFFERS_FROM_HISTORY", f"{monthly / 100:.2f}")


def _check_status(number, values, mapping):
    status, reason = values.get("payment_status"), values.get("status_reason")
    if status in mapping.reason_needed and not reason:
        yield RowError(number, "status_reason", "REASON_NEEDED")
    if status in mapping.since_needed and not values.get("status_since"):
        yield RowError(number, "status_since", "SINCE_NEEDED")
    if status in mapping.reason_needed and reason and plain(reason) not in mapping.reasons[status]:
        yield RowError(number, "status_reason", "UNKNOWN_REASON", reason[:40])


def _check_dependant(number, values, mapping):
    if values.get("benefit_kind") == "dependants_allowance" and not values.get("kinship"):
        yield RowError(number, "kinship", "KINSHIP_NEEDED")


CHECKS = (_check_identity, _check_rates, _check_status, _check_dependant)


def _record(number: int, values: dict, mapping: Mapping) -> Record:
    id_number = modern_id_number(values["id_number"])
    rates = values.get("rate_history") or ((values["granted_on"].strftime("%Y-%m"), values["monthly_fen"]),)
    reasons = mapping.reasons.get(values["payment_status"], {})
    derived = {
        "status_reason": reasons.get(plain(values.get("status_reason"))),
        "row_number": number, "rates": rates, "id_number": id_number,
        "id_number_was_15": len(values["id_number"]) == 15,
        "sex": sex_of(id_number), "birth_on": values.get("birth_on") or birth_of(id_number),
        "phones": tuple(dict.fromkeys(values.get("phones") or ())),
    }
    return Record(**{name: value for name, value in (values | derived).items() if name in FIELDS})


FIELDS = tuple(field.name for field in fields(Record))


def as_dict(record: Record) -> dict[str, object]:
    """Values by name; `dataclasses.asdict` copies each of them deeply, which 100,000 rows feel."""
    return {name: getattr(record, name) for name in FIELDS}


# --- fingerprints: which rows of a file are the same ------------------------------------------------------------

def benefit_key(record: Record) -> str:
    """The benefit a row is about; never stored in clear, see batches."""
    return "|".join((record.id_number, record.scheme, record.benefit_kind))


def content_digest(record: Record) -> str:
    """SHA-256 of all a row says, its place in the file left out, so that a shuffled file gives the same."""
    content = as_dict(record)
    del content["row_number"]
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
