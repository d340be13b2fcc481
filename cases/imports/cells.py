"""What every cell goes through before its field reads it. Pure."""
import re
from datetime import date

INVISIBLE = dict.fromkeys([0xFEFF, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0x202C, 0x202D])
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SCIENTIFIC = re.compile(r"[-+]?\d+(\.\d+)?[eE]\+?\d+")
_EXCEL_KEEPS_DIGITS = 15


class FieldRefused(Exception):
    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def plain(raw: object) -> str:
    """Text of a cell with half-width digits and letters, trimmed; "" when empty. Raises FORMULA, CELL_ERROR,
    CONTROL_CHARACTERS."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, (str, int, float, date)):
        raise FieldRefused("FORMULA")
    if isinstance(raw, str) and _CONTROL.search(raw):
        raise FieldRefused("CONTROL_CHARACTERS")
    text = str(raw).translate(INVISIBLE).translate(_HALF_WIDTH).strip().lstrip("'").strip()
    if text.startswith("="):
        raise FieldRefused("FORMULA")
    if text.startswith("#") and text.rstrip("!?").isupper():
        raise FieldRefused("CELL_ERROR")
    return text


def digits_lost(raw: object, text: str) -> bool:
    """A spreadsheet kept the number as a number, and with it only its first digits."""
    return bool(_SCIENTIFIC.fullmatch(text)) or (isinstance(raw, (int, float)) and len(text) > _EXCEL_KEEPS_DIGITS)
