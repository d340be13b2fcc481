"""Charts as SVG drawn by the server, the same bytes for the same figures, on pages and in PDF.

Each brings its figures as a table too, so that nobody depends on the picture.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pygal
from flask_babel import gettext as _
from markupsafe import Markup
from pygal.graph.graph import Graph
from pygal.style import Style

# Told apart by lightness too, for those who see no hues and for grey paper.
COLOURS = ("#2a6799", "#a3c4de", "#d8a13c", "#b4574d", "#6d9c86", "#8a7aa8", "#7c8894", "#c9bd8a")
INK, SOFT, RULE = "#1b2530", "#55606c", "#dde2e7"
FONT = ('"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif')
WIDTH, HEIGHT = 480, 230
MARKS, ROUND = 5, (1, 2, 5, 10, 20)  # steps of an axis, and the leading figures of a round step
WHOLE_YUAN = 100  # fen

STYLE = Style(background="transparent", plot_background="transparent", foreground=SOFT, foreground_strong=INK,
              foreground_subtle=RULE, opacity="1", opacity_hover=".85", stroke_opacity="1", transition="0ms",
              font_family=FONT, title_font_size=1, label_font_size=12, major_label_font_size=12,
              legend_font_size=12, value_font_size=11, tooltip_font_size=12, no_data_font_size=14,
              colors=COLOURS, guide_stroke_color=RULE, major_guide_stroke_color=RULE,
              guide_stroke_dasharray="0", major_guide_stroke_dasharray="0")

# pygal stamps the day, adds a script and inline hover texts: none belongs in a page under our headers, or in a
# document that must come out the same every time.
NOISE = (r"<!--.*?-->", r"<script.*?</script>", r'<desc class="[^"]*">.*?</desc>', r' id="activate-serie-\d+"',
         r'<g transform="[^"]*" class="plot tooltip-overlay">.*?</g></g>', r"<title>Pygal</title>")
CSS = ("file://style.css", "file://graph.css", "inline:.line-graph .series .line { stroke-width: 2px !important }")

Series = Mapping[str, Sequence[int | None]]


@dataclass(frozen=True)
class Chart:
    """A picture and its figures. rows: one per label, the label first; `written` writes one figure."""

    title: str
    svg: str
    headings: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    written: Callable[[int], str]

    def inline(self, nonce: str = "") -> Markup:
        """The SVG for inside a page; `nonce` lets its style element pass the page's policy."""
        return Markup(self.svg.replace('<style type="text/css">', f'<style nonce="{escape(nonce)}">', 1))


def bar(key: str, title: str, labels: Sequence[str], series: Series, *, written: Callable[[int], str] | None = None,
        head: str = "") -> Chart:
    """Bars side by side. key: unique on its page, ASCII; series: name -> one figure per label, in order;
    written: how a figure is written (default 1,234); head: heading of the labels' column in the table.
    The axis is marked in whole steps only: no half case, and where `written` is given no broken yuan."""
    return _draw(pygal.Bar, key, title, labels, series, written, head)


LEGEND_ROW = 20  # the library leaves room for the first row of a legend only


def stacked(key: str, title: str, labels: Sequence[str], series: Series, *,
            written: Callable[[int], str] | None = None, head: str = "") -> Chart:
    """Bars on top of each other. Arguments as for `bar`."""
    return _draw(pygal.StackedBar, key, title, labels, series, written, head)


def line(key: str, title: str, labels: Sequence[str], series: Series, *, written: Callable[[int], str] | None = None,
         head: str = "") -> Chart:
    """Lines; None leaves a gap. Arguments as for `bar`."""
    return _draw(pygal.Line, key, title, labels, series, written, head)


def _draw(kind: type[Graph], key: str, title: str, labels: Sequence[str], series: Series,
          written: Callable[[int], str] | None, head: str) -> Chart:
    write = written or _thousands
    graph = kind(js=[], css=CSS, style=STYLE, width=WIDTH, height=HEIGHT, disable_xml_declaration=True,
                 show_legend=len(series) > 1, legend_at_bottom=True, legend_at_bottom_columns=min(len(series), 4),
                 legend_box_size=9, margin=2, margin_bottom=2 + LEGEND_ROW * ((len(series) - 1) // 4), spacing=6,
                 max_scale=5, truncate_legend=-1, truncate_label=-1,
                 dots_size=3, no_data_text=_("没有数据"), include_x_axis=True,
                 formatter=lambda figure: write(int(figure)), value_formatter=lambda figure: write(int(figure)))
    graph.uuid = key
    graph.x_labels = list(labels)
    graph.y_labels = [{"value": mark, "label": write(mark).removesuffix(".00")}
                      for mark in ticks(_highest(kind, series), WHOLE_YUAN if written else 1)]
    for name, figures in series.items():
        graph.add(name, list(figures))
    rows = tuple((label, *(figures[at] for figures in series.values())) for at, label in enumerate(labels))
    return Chart(title, _quiet(graph.render(is_unicode=True), title), (head, *series), rows, write)


def short_months(months: Sequence[str]) -> list[str]:
    """The year only where it begins: twelve labels must fit beside each other."""
    years = [at for at, month in enumerate(months) if month.endswith("-01")] or [0]
    return [month if at in years else month[5:] for at, month in enumerate(months)]


def ticks(highest: int, unit: int = 1) -> list[int]:
    """Marks of an axis from nothing to at least `highest`: at most six, whole multiples of `unit` in round steps."""
    step = unit
    while step * MARKS < highest:
        step = next(bigger for factor in ROUND if (bigger := factor * 10 ** len(str(step // unit)) // 10 * unit) > step)
    return list(range(0, max(highest, step) + step, step))[: MARKS + 1]


def _highest(kind: type[Graph], series: Series) -> int:
    columns = zip(*([one or 0 for one in figures] for figures in series.values()), strict=True)
    return max((sum(column) if kind is pygal.StackedBar else max(column) for column in columns), default=0)


def _quiet(svg: str, title: str) -> str:
    for pattern in NOISE:
        svg = re.sub(pattern, "", svg, flags=re.DOTALL)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)


def _thousands(figure: int) -> str:
    return f"{figure:,}"
