"""The comparison as one page that needs nothing else: a row of bars with intervals for every measure and folder."""

from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt

from eval.peers.comparing import Compared
from eval.peers.differences import MEASURES

_COLOURS = ("#1d4ed8", "#60a5fa", "#b45309", "#047857", "#7c3aed", "#6b7280")
_WIDTH, _BAR, _LEFT, _PLOT, _GAP = 860, 15, 150, 560, 14  # pixels


def page(compared: Sequence[Compared], *, text: str) -> str:
    """HTML with the charts and, below, the same in words."""
    charts = "\n".join(f"<h2>{escape(each.name)}</h2>\n<div>{chart(each)}</div>" for each in compared)
    words = MarkdownIt("commonmark", {"html": False}).enable("table").render(text.partition("\n")[2])
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Ours and its peers</title>'
        "<style>body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}"
        "svg{min-width:40rem;max-width:100%;height:auto}div{overflow-x:auto}"
        "table{display:block;overflow-x:auto;border-collapse:collapse;margin:1rem 0}"
        "td,th{border:1px solid #d1d5db;padding:.2rem .5rem;text-align:left;white-space:nowrap}</style>"
        f"<h1>Ours and its peers</h1>\n<p>Bars are means, lines their 95 % intervals.</p>\n{charts}\n"
        f"<h1>In words</h1>\n{words}</html>\n"
    )


def chart(compared: Compared) -> str:
    """SVG: for each measure a bar a system, 0 to 1, with a title that tells the numbers."""
    marks, y = [], 10
    for name in MEASURES:
        marks.append(f'<text x="0" y="{y + 12}" font-weight="bold">{name}</text>')
        for line, colour in zip(compared.lines, _COLOURS, strict=False):
            mean, low, high = line.measures[name]
            middle = y + _BAR / 2
            told = f"{line.sat.system}, {name}: {mean:.3f} ({low:.3f}–{high:.3f})"
            marks += [
                f'<text x="{_LEFT - 6}" y="{y + 12}" text-anchor="end" font-size="11">{escape(line.sat.system)}</text>',
                f'<rect x="{_LEFT}" y="{y + 1}" width="{_PLOT * mean:.1f}" height="{_BAR - 3}" fill="{colour}">'
                f"<title>{escape(told)}</title></rect>",
                f'<line x1="{_LEFT + _PLOT * low:.1f}" x2="{_LEFT + _PLOT * high:.1f}" y1="{middle}" y2="{middle}"'
                ' stroke="#111" stroke-width="1.5"/>',
                f'<text x="{_LEFT + _PLOT * high + 6:.1f}" y="{y + 12}" font-size="11">{mean:.3f}</text>',
            ]
            y += _BAR
        y += _GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}" height="{y}"'
    return "\n".join([f'{head} font-family="sans-serif" font-size="12">', *marks, "</svg>"])
