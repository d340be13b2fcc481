"""Events of the log itself: checkpoints that were refused, keys of its signer handed over or lost."""
from __future__ import annotations

from audit.events.base import Event, event


@event("log")
class CheckpointRefused(Event):
    """No head was signed; recorded once while the reason lasts. `code`: as of the signer (audit/signer/refusals.yaml).
    `entries`: of the log that was there, `signed_entries`: of the last head signed."""

    code: str
    entries: int
    signed_entries: int | None = None


@event("log")
class SignerKeyMade(Event):
    """`new_key`: the verifier key with which the log begins."""

    new_key: str


@event("log")
class SignerKeyRotated(Event):
    """`new_key`: a verifier key, which signs every head from size `signs_from` on; `handover`: signed by both keys."""

    new_key: str
    old_key: str
    signs_from: int
    handover: str


@event("log")
class SignerKeyLost(Event):
    """The signer's key or memory is gone: `new_key` goes on from the largest head that `witnesses` (names) or the log
    itself still hold. `declaration`: the note signed by the new key."""

    new_key: str
    old_key: str | None = None
    signs_from: int
    witnesses: tuple[str, ...] = ()
    declaration: str


@event("log")
class LogAlarmSent(Event):
    """People were written to that the log is not witnessed as it should be. `alarms`: what is wrong -> since which
    state of the log (audit/witnesses/standing.py); `receivers`: how many addresses."""

    alarms: dict[str, str]
    receivers: int
