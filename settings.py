"""Configuration from environment variables, and the keys made at first start.

Pure parsing: reads the mapping handed in, returns a dict for `app.config`. Only
`ensure_keys` touches the disk.
"""
from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
KEY_BYTES = 32
KEYS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY")
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


def positive(text: str) -> int:
    """A whole number from 1 on. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def how_many(text: str) -> int:
    """A whole number, 0 too. Raises ValueError."""
    return positive(text) if text != "0" else 0


def duration(text: str) -> timedelta:
    """30m, 26h, 2d. Raises ValueError."""
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if text[-1:] not in units:
        raise ValueError(text)
    return timedelta(**{units[text[-1]]: positive(text[:-1])})


def pause(text: str) -> timedelta | None:
    """As `duration`; `no` is never. Raises ValueError."""
    return None if text == "no" else duration(text)


def hash_of_log(text: str) -> str:
    """Raises ValueError."""
    if text not in ("sha256", "sm3"):
        raise ValueError(text)
    return text


# variable -> (key in app.config, default, type). The README's table is tested against this one.
VARIABLES: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "HOST": ("HOST", "127.0.0.1", str),
    "PORT": ("PORT", "8000", int),
    "THREADS": ("THREADS", "8", int),
    "PROXIES": ("PROXIES", "0", how_many),
    "DEFAULT_LANGUAGE": ("BABEL_DEFAULT_LOCALE", "zh", str),
    "FONT_DIR": ("FONT_DIR", str(ROOT / "static" / "vendor" / "fonts"), str),
    "SECURE_COOKIES": ("SESSION_COOKIE_SECURE", "no", bool),
    "NOTICE_TRANSPORT": ("NOTICE_TRANSPORT", "file", str),
    "SMS_TRANSPORT": ("SMS_TRANSPORT", "", str),
    "SWEEP_BATCH": ("SWEEP_BATCH", "2000", positive),
    "TRUST_TERMINAL": ("TRUST_TERMINAL", "no", bool),
    "FEED_STORE": ("FEED_STORE", "", str),
    "FEED_MEMORY": ("FEED_MEMORY", "512MB", str),
    "SEAL_CERTIFICATE": ("SEAL_CERTIFICATE", "", str),
    "SEAL_PASSWORD": ("SEAL_PASSWORD", "", str),
    "SEAL_TSA": ("SEAL_TSA", "", str),
    "SEAL_ROOTS": ("SEAL_ROOTS", "", str),
    "LOG_LEVEL": ("LOG_LEVEL", "INFO", str),
    "SIGNER_DIR": ("SIGNER_DIR", "", str),
    "SIGNER_SOCKET": ("SIGNER_SOCKET", "", str),
    "WITNESSES": ("WITNESSES", "", str),
    "WITNESS_LATE_AFTER": ("WITNESS_LATE_AFTER", "26h", duration),
    "ANCHOR_EVERY": ("ANCHOR_EVERY", "10m", pause),
    "ALARM_TO": ("ALARM_TO", "", str),
    "WITNESS_QUORUM": ("WITNESS_QUORUM", "1", int),
    "LOG_ORIGIN": ("LOG_ORIGIN", "", str),
    "LOG_HASH": ("LOG_HASH", "sha256", hash_of_log),
}
OF_AN_OFFICE = "SEAL_PASSWORD_"  # and its code: the password of the office's own seal


class BadSetting(ValueError):
    """An environment variable cannot be read as what it should be; the message names it."""


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings for `app.config`; the keys are bytes of length 32. Raises BadSetting."""
    instance = Path(environ.get("INSTANCE_DIR") or ROOT / "instance").resolve()
    settings: dict[str, Any] = {
        "INSTANCE_DIR": str(instance),
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL", ""), instance),
        "OWNER_DATABASE_URI": owner_url(environ, instance),
    }
    return settings | plain_settings(environ) | ensure_keys(instance, environ)


def owner_url(environ: Mapping[str, str], instance: Path) -> str | None:
    """Of the role that owns the tables; only `flask database` uses it. Raises BadSetting where there are no roles."""
    url, owner = environ.get("DATABASE_URL", ""), environ.get("OWNER_DATABASE_URL", "")
    if owner and not (database_url(url, instance).startswith("postgresql") and owner.startswith("postgres")):
        raise BadSetting("OWNER_DATABASE_URL goes with a DATABASE_URL of PostgreSQL, and is one")
    return database_url(owner, instance) if owner else None


def plain_settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What VARIABLES names: neither the database nor the keys. Raises BadSetting."""
    return {
        key: _parse(variable, environ.get(variable) or default, kind)
        for variable, (key, default, kind) in VARIABLES.items()
    } | {"SEAL_PASSWORDS": {name.removeprefix(OF_AN_OFFICE): value for name, value in environ.items()
                            if name.startswith(OF_AN_OFFICE) and value}}


def database_url(url: str, instance: Path) -> str:
    """`url` with the PostgreSQL driver this system uses; without one, the SQLite file of the instance."""
    if not url:
        return f"sqlite:///{instance / 'cases.db'}"
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg{separator}{rest}"
    return url


def ensure_keys(instance: Path, environ: Mapping[str, str] = os.environ) -> dict[str, bytes]:
    """Each key from its variable (64 hex digits), else from its file in `instance`, made if absent."""
    return {name: _from_hex(name, environ.get(name) or _key_file(instance, name)) for name in KEYS}


def _key_file(instance: Path, name: str) -> str:
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / f"{name.lower()}.hex"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
        with suppress(FileExistsError):  # a process started at the same time was first: its key is the key
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")


def _from_hex(name: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise BadSetting(f"{name} is not hexadecimal") from None
    if len(key) != KEY_BYTES:
        raise BadSetting(f"{name} has {len(key)} bytes, not {KEY_BYTES}")
    return key


def _parse(variable: str, text: str, kind: Callable[[str], Any]) -> Any:
    if kind is bool:
        return text.lower() in TRUE_WORDS
    try:
        return kind(text)
    except ValueError:
        raise BadSetting(f"{variable} is {text!r}, not {kind.__name__}") from None
