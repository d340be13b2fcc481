"""The kinds of file that load this way, and what each does with a row."""
from collections.abc import Callable
from dataclasses import dataclass

from cases.imports.loading import load_pensioners
from cases.imports.nearing_age import close_entered, load_nearing_age, stage_nearing_age
from cases.imports.payment_returns import load_payment_returns
from cases.imports.payments import (
    close_pay_runs,
    load_pay_run,
    stage_payment,
)
from cases.imports.recoveries import load_recoveries
from cases.imports.staging import stage_pensioner


@dataclass(frozen=True)
class Kind:
    """stage(batch, row, mapping, places, on) -> values; load(batch, rows, actor, on); finish(batch, actor, on)."""

    layout: str
    stage: Callable[..., dict]
    load: Callable[..., None]
    finish: Callable[..., None]


def _nothing(*_: object) -> None:
    pass


KINDS = {
    "pensioners": Kind("pensioners", stage_pensioner, load_pensioners, close_entered),
    "nearing_age": Kind("nearing_age", stage_nearing_age, load_nearing_age, close_entered),
    "pay_run": Kind("pay_run", stage_payment, load_pay_run, close_pay_runs),
    "payment_returns": Kind("payment_returns", stage_payment, load_payment_returns, _nothing),
    "recoveries": Kind("recoveries", stage_payment, load_recoveries, _nothing),
}
