"""The state diagrams of README.md, drawn from the tables: `python docs/diagrams.py` writes them between their marks."""
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workflows.case_lifecycle import CASE  # noqa: E402
from workflows.review_chain import chain_for  # noqa: E402

README = ROOT / "README.md"
DIAGRAMS = {"case": lambda: CASE.diagram("en"), "decision": lambda: chain_for(3).diagram("en")}


def drawn(text: str) -> str:
    """`text` with every diagram between `<!-- diagram: name -->` and `<!-- end -->` drawn anew."""
    for name, draw in DIAGRAMS.items():
        opening, closing = f"<!-- diagram: {name} -->", "<!-- end -->"
        block = re.compile(f"{opening}.*?{closing}", re.DOTALL)
        new = f"{opening}\n```mermaid\n{draw()}```\n{closing}"
        text = block.sub(lambda _, new=new: new, text, count=1)
    return text


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
