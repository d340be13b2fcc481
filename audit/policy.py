"""The policy file: what an inspector trusts, handed over by another way than the exports (docs/decisions/110)."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from audit.installed import signer, witnesses
from audit.sequencer import opened
from audit.signer.folder import Since


def policy() -> dict[str, Any]:
    """As audit/verify.py reads it: origin, hash, keys (the first and the last size that each signs), witnesses, tsa and
    seals (certificates, PEM), how many witnesses must have cosigned and authorities stamped.

    Raises SignerRefused, BadWitnesses.
    """
    log, configured = opened(), witnesses()
    cosigning = [{"name": one.name, "key": one.given["key"]} for one in configured if one.kind == "cosigning"]
    stamping = [one for one in configured if one.kind == "time_stamp"]
    quorum = current_app.config["WITNESS_QUORUM"]
    return {
        "origin": log.origin, "hash": log.hashing.name, "keys": _keys(signer().log_keys()), "witnesses": cosigning,
        "cosigned": min(len(cosigning), quorum),
        "tsa": [{"name": one.name, "certificates": Path(one.given["certificate"]).read_text(encoding="ascii")}
                for one in stamping],
        "stamped": min(len(stamping), quorum, 1),
        "seals": _seals(current_app.config.get("SEAL_ROOTS") or ""),
    }


def _seals(path: str) -> list[str]:
    """The authorities whose seals on dossiers are believed, PEM."""
    end = "-----END CERTIFICATE-----"
    text = Path(path).read_text(encoding="ascii") if path else ""
    return [f"{one[one.index('-----BEGIN'):]}{end}\n" for one in text.split(end)[:-1]]


def _keys(keys: list[Since]) -> list[dict[str, Any]]:
    ends = [following.since - 1 for following in keys[1:]] + [None]
    return [{"key": row.key, "from": row.since, "until": end} for row, end in zip(keys, ends, strict=True)]
