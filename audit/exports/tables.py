"""Events as tables for people: CSV and XLSX, written row by row. No cell is taken for a formula."""
from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

COLUMNS = {  # column -> its heading
    "index": "日志位置 index", "recorded_at": "记录时间 recorded_at", "on": "业务日期 on", "type": "事件 type",
    "actor": "经办账号 actor", "command": "命令 command", "case": "案件 case", "case_seq": "案件内序号 case_seq",
    "office": "机构 office", "uid": "事件编号 uid", "tx": "事务 tx", "position": "事务内序号 position",
    "data": "内容 data",
    "digest": "摘要 digest",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets read Chinese as noise
MOST_ROWS = 1_000_000  # of a sheet
LONGEST = 32_767  # characters of a cell


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula, full-width signs included."""
    text = "" if value is None else value
    return "'" + text if isinstance(text, str) and text.startswith(FORMULA) else text


def cells_of(index: int, body: dict[str, Any], digest: str) -> list[Any]:
    """One event in the order of COLUMNS. body: as its canonical bytes say."""
    data = json.dumps(body["data"], ensure_ascii=False, sort_keys=True)
    given = {"index": index, "type": body["type"], "data": data, "digest": digest} | body["meta"]
    return [safe_cell(given[name]) for name in COLUMNS]


class CsvTable:
    """Rows into a stream that stays open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")  # closed by the one who opened the stream
        self._text.write(BYTE_ORDER_MARK)
        self._writer = csv.writer(self._text)
        self.add(list(COLUMNS.values()))

    def add(self, row: Sequence[Any]) -> None:
        self._writer.writerow(row)

    def end(self) -> None:
        self._text.detach()


_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_HEAD = (f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
               'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>')


class XlsxTable:
    """A workbook whose rows go straight into the archive; a new sheet when one is full. Texts stand in their cells."""

    def __init__(self, stream: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._sheet: Any = None
        self._sheets = self._rows = 0
        self.add(())

    def add(self, row: Sequence[Any]) -> None:
        if self._sheet is None or self._rows == MOST_ROWS:
            self._begin()
        if row:
            self._write(row)
            self._rows += 1

    def _begin(self) -> None:
        self._finish()
        self._sheets, self._rows = self._sheets + 1, 0
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w", force_zip64=True)
        self._sheet.write(_SHEET_HEAD.encode())
        self._write(list(COLUMNS.values()))

    def _write(self, row: Sequence[Any]) -> None:
        self._sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())

    def _finish(self) -> None:
        if self._sheet is not None:
            self._sheet.write(b"</sheetData></worksheet>")
            self._sheet.close()

    def end(self) -> None:
        self._finish()
        numbers = range(1, self._sheets + 1)
        for name, text in _frame(numbers):
            self._zip.writestr(name, _HEAD + text)
        self._zip.close()


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    clean = "".join(c for c in str(value)[:LONGEST] if c >= " " or c in "\t\n")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'


def _frame(numbers: range) -> list[tuple[str, str]]:
    """What a workbook needs beside its sheets."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    parts = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kinds}.worksheet+xml"/>'
                    for n in numbers)
    links = "".join(f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
                    for n in numbers)
    return [
        ("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_RELS}">{links}</Relationships>'),
        ("_rels/.rels", f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
                        'Target="xl/workbook.xml"/></Relationships>'),
        ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
                                'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
                                f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
                                f"{parts}</Types>"),
    ]
