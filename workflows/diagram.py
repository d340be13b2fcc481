"""Draws a table: Mermaid text, and a static SVG from hand-placed coordinates (layout.py)."""
from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.glossary import term

if TYPE_CHECKING:
    from workflows.machine import Workflow


def mermaid(workflow: Workflow, lang: str) -> str:
    """stateDiagram-v2; one line per row, in the table's order; ends in a newline."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{term(f"{workflow.prefix}.{state}", lang)}" as {state}' for state in workflow.states]
    if workflow.initial is not None:
        lines.append(f"    [*] --> {workflow.initial}")
    for row in workflow.transitions:
        lines.append(f"    {row.source or '[*]'} --> {row.dest} : {term(f'action.{row.action}', lang)}")
    return "\n".join(lines) + "\n"


def svg(workflow: Workflow, lang: str) -> str:
    raise NotImplementedError
