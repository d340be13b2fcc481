"""What a dossier shows of its own proof: the seal it bears, and a QR code that ties the paper to the log."""
from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import segno

FORMAT = "dossier 1"


@dataclass(frozen=True)
class Anchor:
    """Where the log stood: the origin and size of a checkpoint, and its root, base64."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True)
class Marks:
    """holder: whose seal it will bear; None: it will bear none. trial: a seal of a test authority."""

    holder: str | None = None
    trial: bool = False
    anchor: Anchor | None = None

    @property
    def identity(self) -> str:
        """What makes one print of the same record another."""
        anchor = self.anchor
        return f"{self.holder} {self.trial} {anchor and f'{anchor.origin} {anchor.size} {anchor.root}'}"


def code_text(case_no: str, data: bytes, marks: Marks) -> str:
    """The words of the QR code: origin, case number, size and root of the log, SHA-256 of the attached data."""
    anchor = marks.anchor
    log = [f"log {anchor.origin}", f"size {anchor.size}", f"root {anchor.root}"] if anchor else ["log -"]
    return "\n".join([FORMAT, f"case {case_no}", *log, f"data sha256 {hashlib.sha256(data).hexdigest()}"]) + "\n"


def code_svg(text: str, title: str) -> str:
    """An SVG element whose title is its alternative text."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, svgns=True, title=title, border=2,
                                                  omitsize=True)
    return drawn.getvalue().decode()
