"""What this process holds in memory, in MB, as Linux tells it."""
from __future__ import annotations

from pathlib import Path


def resident() -> float:
    return _told("VmRSS")


def highest() -> float:
    """Since it started."""
    return _told("VmHWM")


def _told(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
