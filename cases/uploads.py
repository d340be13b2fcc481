"""Files from outside: known by their bytes, not by their name. Pictures are drawn anew, which leaves behind whatever
else was hidden in them (place of the photo included)."""
from __future__ import annotations

import io

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from cases.evidence import LARGEST

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 3000
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
KEPT = ("application/pdf", "video/mp4")


class FileRefused(ValueError):
    """`code`: FILE_EMPTY, FILE_TOO_LARGE, FILE_TYPE or FILE_BROKEN."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def accept(raw: bytes) -> tuple[str, bytes]:
    """(media type, bytes to keep). Raises FileRefused."""
    if not raw:
        raise FileRefused("FILE_EMPTY")
    if len(raw) > LARGEST:
        raise FileRefused("FILE_TOO_LARGE")
    kind = filetype.guess(raw)
    media_type = kind.mime if kind else ""
    if media_type in PICTURES:
        return media_type, _redrawn(raw, PICTURES[media_type])
    if media_type in KEPT:
        return media_type, raw
    raise FileRefused("FILE_TYPE")


def _redrawn(raw: bytes, form: str) -> bytes:
    try:
        with Image.open(io.BytesIO(raw), formats=[form]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused("FILE_TOO_LARGE")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as broken:
        raise FileRefused("FILE_BROKEN") from broken
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = io.BytesIO()
    upright.save(kept, form, quality=85) if form == "JPEG" else upright.save(kept, form)
    return kept.getvalue()
