"""HTML of our own templates -> archive PDF: PDF/A-3a and PDF/UA-1, the same bytes for the same input.

One render at a time: a font configuration shared by threads corrupts memory. Nothing is fetched but the fonts and
style sheets of this installation.
"""
from __future__ import annotations

import hashlib
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from pydyf import Dictionary, Stream
from weasyprint import CSS, HTML, Document
from weasyprint import Attachment as EmbeddedFile
from weasyprint.text import ffi
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "static" / "css"
FONT_FILES = {400: "NotoSansSC_400Regular.ttf", 700: "NotoSansSC_700Bold.ttf"}
FAMILY, VARIANT = "Case Sans", "pdf/a-3a"
INVISIBLE = frozenset("\n\r\t\u200b")
# Some readers take a carriage return that ends the data and the line end after it for one CR LF.
AMBIGUOUS_END, PADDINGS = b"\r\nendstream", 8
_LOCK = threading.Lock()
# PDF/A wants every property outside its own schemas declared; PDF/UA's identifier is one.
_UA_METADATA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of the PDF/UA standard that is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


class RareCharacter(ValueError):
    """Characters that no font of this installation prints. The letter goes another way; no box is printed."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        super().__init__(", ".join(f"{one} (U+{ord(one):04X})" for one in self.characters))


class OutsideFile(FatalURLFetchingError):
    """A document asked for something that is neither a font nor a style sheet of this installation."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF. relationship: Data, Source, Supplement, Alternative or Unspecified."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"


class OwnFilesOnly(URLFetcher):
    """Fonts and style sheets by their exact addresses; all else is refused and stops the document."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(allowed_protocols=("file",), allow_redirects=False)
        self.allowed = allowed

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url not in self.allowed:
            raise OutsideFile(f"not a file of this installation: {url[:200]}")
        return super().fetch(url, headers)


@dataclass(frozen=True)
class Printer:
    """Fonts and styles, read once per process."""

    fonts: Path
    fetcher: OwnFilesOnly
    configuration: FontConfiguration
    font_css: CSS


def render(html: str, *, fonts: Path, styles: Sequence[str], identifier: bytes,
           attachments: Sequence[Attached] = (), made_on: datetime | date | None = None) -> bytes:
    """The PDF of `html`. identifier: what makes the document this one; its hash is the PDF's ID.

    styles: names in static/css. Raises RareCharacter, OutsideFile, FontsMissing.
    """
    check_renderable(html, fonts)
    moment = made_on if isinstance(made_on, datetime) else datetime(made_on.year, made_on.month, made_on.day) \
        if made_on else datetime(2000, 1, 1)
    with _LOCK:
        printer = _printer(fonts)
        document = HTML(string=html, url_fetcher=printer.fetcher).render(
            stylesheets=[printer.font_css, *(_style(fonts, name) for name in styles)],
            font_config=printer.configuration, pdf_variant=VARIANT, pdf_tags=True)
        written = (_written(document, identifier, attachments, moment, padding) for padding in range(PADDINGS))
        return next((pdf for pdf in written if AMBIGUOUS_END not in pdf), None) or _refuse_ambiguous()


def _written(document: Document, identifier: bytes, attachments: Sequence[Attached], moment: datetime,
             padding: int) -> bytes:
    return document.write_pdf(
        pdf_variant=VARIANT, pdf_tags=True, finisher=partial(_finish, padding),
        pdf_identifier=hashlib.sha256(identifier).digest()[:16],
        attachments=[EmbeddedFile(string=one.content, name=one.name, description=one.description, created=moment,
                                  modified=moment, relationship=one.relationship) for one in attachments])


def _refuse_ambiguous() -> bytes:
    raise RuntimeError("no padding gives streams with clear ends")


def check_renderable(text: str, fonts: Path) -> None:
    """Raises RareCharacter for every character (variation selectors and private use included) without a glyph."""
    missing = {one for one in text if one not in INVISIBLE and ord(one) not in _printable(fonts)}
    if missing:
        raise RareCharacter(sorted(missing))


def name_of(character: str) -> str:
    """Its Unicode name, for the clerk who must look it up."""
    return unicodedata.name(character, "no name")


class FontsMissing(RuntimeError):
    """`make setup` puts the fonts in place; without them nothing is printed."""


def faults(fonts: Path) -> list[str]:
    """What would make documents wrong or slow; empty when all is well. Asked at start."""
    found = [f"font {name} is missing in {fonts}: run make setup" for name in FONT_FILES.values()
             if not (fonts / name).is_file()]
    if not getattr(ffi, "harfbuzz_subset", None):
        found.append("libharfbuzz-subset0 is missing: a PDF takes ten seconds instead of a fifth of one")
    return found


@cache
def _printable(fonts: Path) -> frozenset[int]:
    if missing := [name for name in FONT_FILES.values() if not (fonts / name).is_file()]:
        raise FontsMissing(", ".join(missing))
    tables = [TTFont(fonts / name, lazy=True)["cmap"].getBestCmap() for name in FONT_FILES.values()]
    return frozenset(tables[0].keys() & tables[1].keys())


@cache
def _printer(fonts: Path) -> Printer:
    own = frozenset(path.resolve().as_uri() for path in (*(fonts / name for name in FONT_FILES.values()),
                                                         *STYLES.glob("print-*.css")))
    fetcher, configuration = OwnFilesOnly(own), FontConfiguration()
    faces = "".join(f"@font-face {{font-family: '{FAMILY}'; font-weight: {weight}; src: url({_uri(fonts / name)})}}"
                    for weight, name in FONT_FILES.items())
    return Printer(fonts, fetcher, configuration, CSS(string=faces, font_config=configuration, url_fetcher=fetcher))


@cache
def _style(fonts: Path, name: str) -> CSS:
    printer = _printer(fonts)
    return CSS(url=_uri(STYLES / name), font_config=printer.configuration, url_fetcher=printer.fetcher)


def _uri(path: Path) -> str:
    return path.resolve().as_uri()


def _finish(padding: int, _document: Any, pdf: Any) -> None:
    """Last changes before the bytes are written; `padding` empty objects alter the streams made of objects."""
    _claim_accessibility(pdf)
    for _ in range(padding):
        pdf.add_object(Dictionary({}))
    for one in pdf.objects:
        if isinstance(one, Stream) and one.compress and _ends_in_return(one):
            one.compress = False


def _claim_accessibility(pdf: Any) -> None:
    """Write PDF/UA-1 into the metadata beside PDF/A-3a: the variants exclude each other in WeasyPrint."""
    reference = pdf.catalog["Metadata"]
    metadata = next(one for one in pdf.objects if getattr(one, "reference", None) == reference)
    metadata.stream = [part.replace(b"</rdf:RDF>", _UA_METADATA) for part in metadata.stream]
    metadata.compress = False


def _ends_in_return(stream: Stream) -> bool:
    return stream.data.endswith(AMBIGUOUS_END)
