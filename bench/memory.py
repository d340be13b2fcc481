"""What this process holds in memory, in MB, as Linux tells it."""
from __future__ import annotations

from pathlib import Path


def resident() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
