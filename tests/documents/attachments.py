"""What is attached to a PDF, read and changed by an ordinary library."""
from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf


def attached(document: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}


def with_files(document: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The document with other attachments, as an ordinary program would write it: its seal is gone."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        files = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
        change(files)
        for name in list(pdf.attachments):
            del pdf.attachments[name]
        for name, content in files.items():
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)
        if "/AcroForm" in pdf.Root:
            del pdf.Root.AcroForm
        pdf.save(made)
    return made.getvalue()


def with_second(document: bytes, name: str) -> bytes:
    """The document with another file of that name."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.attachments["again"] = pikepdf.AttachedFileSpec(pdf, b"{}", filename=name)
        pdf.save(made)
    return made.getvalue()
