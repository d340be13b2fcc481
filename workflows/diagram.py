"""Draws a table: Mermaid text, and a static SVG placed by layout.py."""
from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from workflows.glossary import term
from workflows.layout import PICTURES, TONES, Arrow, Picture

if TYPE_CHECKING:
    from workflows.machine import Workflow

_FONT = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_LINE = "#4a5560"


def mermaid(workflow: Workflow, lang: str) -> str:
    """stateDiagram-v2; one line per row, in the table's order; ends in a newline."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_state(workflow, state, lang)}" as {state}' for state in workflow.states]
    if workflow.initial is not None:
        lines.append(f"    [*] --> {workflow.initial}")
    for row in workflow.transitions:
        lines.append(f"    {row.source or '[*]'} --> {row.dest} : {term(f'action.{row.action}', lang)}")
    return "\n".join(lines) + "\n"


def svg(workflow: Workflow, lang: str) -> str:
    """A picture without script, style sheet or outside reference; its <desc> tells every row. Raises KeyError for a
    workflow that has no layout."""
    picture = PICTURES[workflow.name]
    width, height = picture.size
    title = term(f"diagram.{workflow.name}", lang)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{escape(title)}" font-family="{_FONT}" font-size="13">',
        f"<title>{escape(title)}</title><desc>{escape(_told(workflow, lang))}</desc>",
        _head(workflow.name),
        *(_frame(frame, depth) for depth, frame in enumerate(picture.frames)),
        *(_arrow(arrow, workflow.name, lang) for arrow in picture.arrows),
        *(_box(place, picture.box, _state(workflow, state, lang)) for state, place in picture.boxes.items()),
        *_legend(picture, workflow.name, lang),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _state(workflow: Workflow, state: str, lang: str) -> str:
    return term(f"{workflow.prefix}.{state}", lang)


def _told(workflow: Workflow, lang: str) -> str:
    def told(row) -> str:
        source = _state(workflow, row.source, lang) if row.source else "●"
        return f"{source} → {_state(workflow, row.dest, lang)}: {term(f'action.{row.action}', lang)}"
    return "; ".join(told(row) for row in workflow.transitions)


def _head(name: str) -> str:
    return (f'<defs><marker id="{name}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            f' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{_LINE}"/></marker></defs>')


def _frame(frame: tuple[int, int, int, int], depth: int) -> str:
    x, y, width, height = frame
    dash = ' stroke-dasharray="4 4"' if depth else ""
    return (f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" fill="#ffffff" fill-opacity="0.6"'
            f' stroke="#c3cad1"{dash}/>')


def _box(place: tuple[int, int, str], size: tuple[int, int], label: str) -> str:
    x, y, tone = place
    fill, stroke = TONES[tone]
    width, height = size
    return (f'<rect x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="6" fill="{fill}"'
            f' stroke="{stroke}" stroke-width="1.5"/>'
            f'<text x="{x}" y="{y + 5}" text-anchor="middle" fill="#1d2733" font-size="14">{escape(label)}</text>')


def _arrow(arrow: Arrow, name: str, lang: str) -> str:
    x, y = arrow.at
    dash = ' stroke-dasharray="5 4"' if arrow.by_rule else ""
    words = [term(f"action.{action}", lang) for action in arrow.actions]
    lines = "".join(f'<tspan x="{x}" dy="{17 if n else 0}">{escape(word)}</tspan>' for n, word in enumerate(words))
    return (f'<path d="{arrow.path}" fill="none" stroke="{_LINE}" stroke-width="1.3"{dash}'
            f' marker-end="url(#{name}-head)"/>'
            f'<text x="{x}" y="{y}" text-anchor="{arrow.anchor}" fill="#1d2733" stroke="#ffffff" stroke-width="4"'
            f' paint-order="stroke">{lines}</text>')


def _legend(picture: Picture, name: str, lang: str) -> list[str]:
    if not picture.entered:
        return []
    dots = [f'<circle cx="{x - 48}" cy="{y - 42}" r="4" fill="{_LINE}"/>'
            f'<path d="M{x - 48} {y - 40} V{y - 25}" stroke="{_LINE}" stroke-width="1.3"'
            f' marker-end="url(#{name}-head)"/>'
            for x, y, _ in picture.boxes.values()]
    legend = (f'<circle cx="70" cy="30" r="4" fill="{_LINE}"/>'
              f'<text x="82" y="34" fill="#1d2733">{escape(term("diagram.entered", lang))}</text>'
              f'<path d="M300 30 H340" stroke="{_LINE}" stroke-width="1.3" stroke-dasharray="5 4"/>'
              f'<text x="348" y="34" fill="#1d2733">{escape(term("diagram.by_rule", lang))}</text>')
    return [*dots, legend]
