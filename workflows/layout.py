"""Where the boxes and arrows of the drawn tables stand. Data only: what is drawn must cover every row (tested)."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Arrow:
    """One drawn arrow for the rows (action, source, dest) of all `sources` and `actions`. path: SVG path data;
    at: x, y of the label's first line; anchor: SVG text-anchor; by_rule: only where the area's rules allow it."""

    sources: tuple[str | None, ...]
    dest: str
    actions: tuple[str, ...]
    path: str
    at: tuple[int, int]
    anchor: str = "middle"
    by_rule: bool = False


@dataclass(frozen=True)
class Picture:
    """boxes: state -> centre and tone; frames: x, y, width, height round states that share arrows; entered: whether
    a dot above each box stands for its entry from nothing."""

    size: tuple[int, int]
    box: tuple[int, int]  # width, height of every box
    boxes: Mapping[str, tuple[int, int, str]]
    frames: tuple[tuple[int, int, int, int], ...]
    arrows: tuple[Arrow, ...]
    entered: bool = False


TONES = MappingProxyType({  # fill, stroke
    "plain": ("#f5f6f7", "#6b7580"), "calm": ("#eaf2fb", "#2f6db3"), "good": ("#e9f6ee", "#2c7a4b"),
    "warn": ("#fff6e0", "#9a6b00"), "stern": ("#fdeedd", "#b3560b"), "bad": ("#fdeaea", "#b02a2a"),
})

_REVIEW_BACK = ("return_", "edit")


def _chain(stages: tuple[str, ...]) -> Picture:
    gap, row, low = 272, 170, 320
    across = {stage: 100 + gap * n for n, stage in enumerate(("draft", *stages, "executed"))}
    first, last = across[stages[0]], across[stages[-1]]
    middle = (first + last) // 2
    signs = dict(zip(stages, ("initial_review", "recheck", "approve"), strict=False))
    onward = [Arrow((stage,), nxt, (signs.get(stage, "submit"),),
                    f"M{across[stage] + 76} {row} H{across[nxt] - 78}", ((across[stage] + across[nxt]) // 2, row - 10))
              for stage, nxt in zip(("draft", *stages), (*stages, "executed"), strict=True)]
    later = across[stages[1]]
    boxes = {"draft": (100, row, "plain"), **{stage: (across[stage], row, "calm") for stage in stages},
             "executed": (across["executed"], row, "good"), "withdrawn": (100, low, "plain"),
             "rejected": (middle, low, "bad")}
    arrows = (
        *onward,
        Arrow(("draft",), "draft", ("edit",), f"M44 {row - 23} C22 {row - 70} 82 {row - 70} 68 {row - 27}",
              (46, row - 66)),
        Arrow(stages, "draft", _REVIEW_BACK, f"M{first} 110 V92 Q{first} 84 {first - 8} 84 H124 Q116 84 116 92 V143",
              ((first + 116) // 2, 62)),
        Arrow(stages[1:], "draft", ("void",), f"M{later} 122 V44 Q{later} 36 {later - 8} 36 H140 Q132 36 132 44 V143",
              ((later + 132) // 2, 28)),
        Arrow(stages, "rejected", ("reject",), f"M{middle} 230 V293", (middle + 12, 268), "start"),
        Arrow(("draft",), "withdrawn", ("withdraw",), "M100 193 V293", (90, 250), "end"),
        Arrow(stages, "withdrawn", ("withdraw",), f"M{first - 40} 230 V312 Q{first - 40} 320 {first - 48} 320 H178",
              (first - 52, 310), "end"),
    )
    frames = ((first - 92, 110, last - first + 184, 120), (later - 84, 122, last - later + 168, 96))
    return Picture((across["executed"] + 96, 370), (152, 46), MappingProxyType(boxes), frames, arrows)


_CASE = Picture(
    (1010, 610), (136, 46),
    MappingProxyType({
        "pending": (180, 150, "warn"), "verified": (480, 150, "good"), "resumed": (850, 150, "calm"),
        "suspended": (330, 370, "stern"), "stopped": (600, 370, "bad"), "terminated": (465, 540, "plain"),
    }),
    ((60, 50, 890, 180), (76, 64, 488, 152), (240, 310, 450, 110)),
    (
        Arrow(("pending",), "verified", ("certify",), "M248 141 H408", (330, 133)),
        Arrow(("verified",), "pending", ("refer",), "M412 160 H252", (330, 178)),
        Arrow(("pending",), "pending", ("refer",), "M200 127 C190 82 250 82 226 123", (244, 92), "start"),
        Arrow(("verified",), "verified", ("certify",), "M490 127 C480 82 540 82 516 123", (478, 92), "end"),
        Arrow(("resumed",), "resumed", ("certify", "refer"), "M860 127 C850 82 910 82 886 123", (850, 70), "end"),
        Arrow(("resumed",), "verified", ("settle",), "M782 150 H552", (670, 142)),
        Arrow(("pending", "verified", "resumed"), "suspended", ("lapse", "suspend"), "M330 230 V343",
              (318, 266), "end"),
        Arrow(("pending", "verified", "resumed"), "stopped", ("stop",), "M600 230 V343", (612, 274), "start"),
        Arrow(("suspended",), "stopped", ("stop",), "M398 370 H528", (464, 362)),
        Arrow(("suspended", "stopped"), "resumed", ("resume",), "M690 365 H812 Q820 365 820 357 V177", (755, 357)),
        Arrow(("stopped",), "terminated", ("terminate",), "M600 393 V532 Q600 540 592 540 H537", (610, 500), "start"),
        Arrow(("suspended",), "terminated", ("terminate",), "M330 393 V523 Q330 531 338 531 H393", (320, 470), "end",
              True),
        Arrow(("pending", "verified"), "terminated", ("terminate",), "M100 216 V542 Q100 550 108 550 H393", (112, 568),
              "start", True),
        Arrow(("terminated",), "resumed", ("restore",), "M465 563 V574 Q465 582 473 582 H872 Q880 582 880 574 V177",
              (690, 574)),
    ),
    entered=True,
)
PICTURES: Mapping[str, Picture] = MappingProxyType({
    "case_lifecycle": _CASE,
    "review_chain_2": _chain(("initial_review", "recheck")),
    "review_chain_3": _chain(("initial_review", "recheck", "approval")),
})
