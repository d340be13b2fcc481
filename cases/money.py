"""The arithmetic of one month's money (M1-M3): every amount in fen, every change keeps the three sums. Pure.

entitled = paid + withheld; withheld = back_paid + forfeited + still withheld; overpaid = recovered + open.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Protocol

AMOUNTS = ("entitled", "paid", "withheld", "back_paid", "forfeited", "overpaid", "recovered")


class Month(Protocol):
    """A month as `BenefitMonth` keeps it."""

    entitled: int
    paid: int
    withheld: int
    back_paid: int
    forfeited: int
    overpaid: int
    recovered: int
    owed: bool


def copy_of(row: Month) -> SimpleNamespace:
    """The same month, to try a change on."""
    return SimpleNamespace(owed=row.owed, **{name: getattr(row, name) for name in AMOUNTS})


def written(fen: int) -> str:
    """123456 -> ¥1,234.56; a negative amount carries its sign in front."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"


def in_force(rates: Mapping[str, int], month: str) -> int | None:
    """The monthly amount in fen of that month; rates: since month -> fen. None before the first."""
    begun = [since for since in rates if since <= month]
    return rates[max(begun)] if begun else None


def settled(row: Month) -> int:
    return row.back_paid + row.forfeited


def still_withheld(row: Month) -> int:
    return row.withheld - settled(row)


def open_overpayment(row: Month) -> int:
    return row.overpaid - row.recovered


def received(row: Month) -> int:
    """What is no longer to be paid of the month: paid, back-paid, forfeited, or overpaid and not recovered."""
    return row.paid + settled(row) + open_overpayment(row)


def withhold(row: Month, fen: int) -> None:
    """The month is owed at `fen` and what is not paid of it stands withheld; what was settled stays settled."""
    _set(row, row.paid, max(fen - row.paid, settled(row)))


def disown(row: Month) -> None:
    """Not owed after all: what was paid or back-paid is overpaid, what was still withheld is nobody's."""
    if not row.owed:
        return
    row.owed, row.overpaid = False, row.overpaid + row.paid + row.back_paid
    _set(row, 0, settled(row))


def own(row: Month, fen: int) -> None:
    """Owed again at `fen`: what was overpaid counts as paid; what had been recovered is withheld, to be paid back."""
    if row.owed:
        return
    regular = row.overpaid - row.back_paid
    paid = max(0, regular - row.recovered)
    returned = max(0, row.recovered - regular)  # of what had been back-paid
    row.owed, row.overpaid = True, row.recovered
    _set(row, paid, max(fen - paid, settled(row)) + returned)


def keep(row: Month) -> None:
    """A month found owed for which money went out while it was withheld: that money was its payment."""
    kept = min(open_overpayment(row), still_withheld(row))
    row.overpaid -= kept
    _set(row, row.paid + kept, row.withheld - kept)


def claim(row: Month, fen: int) -> None:
    """`fen` of the month stand claimed. Raises ValueError where less was paid."""
    more = fen - open_overpayment(row)
    if more > row.paid:
        raise ValueError(f"{row.overpaid - row.recovered + row.paid} were paid, {fen} claimed")
    if more > 0:
        row.overpaid += more
        _set(row, row.paid - more, row.withheld)


def recover(row: Month, fen: int) -> None:
    """Raises ValueError where more comes back than is open."""
    if fen > open_overpayment(row):
        raise ValueError(f"{open_overpayment(row)} are open, {fen} came back")
    row.recovered += fen


def come_back(row: Month, fen: int) -> None:
    """The bank returned a regular payment: the month is owed and not paid."""
    moved = min(fen, row.paid)
    _set(row, row.paid - moved, row.withheld + moved)


def arrive(row: Month, fen: int) -> None:
    """A payment that had come back has arrived at last."""
    moved = min(fen, still_withheld(row))
    _set(row, row.paid + moved, row.withheld - moved)


def settle(row: Month, pay_fen: int, forfeited_fen: int, *, whole: bool) -> None:
    """A signed sheet pays and forfeits. whole: it settles the month; otherwise it adds to it (a correction)."""
    row.back_paid, row.forfeited = row.back_paid + pay_fen, row.forfeited + forfeited_fen
    _set(row, row.paid, settled(row) if whole else max(row.withheld, settled(row)))


def _set(row: Month, paid: int, withheld: int) -> None:
    row.paid, row.withheld, row.entitled = paid, withheld, paid + withheld
