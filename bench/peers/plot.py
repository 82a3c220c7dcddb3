"""Plots as SVG: bars of one row of the comparison each, on a logarithmic scale, readable on light
and on dark ground."""

import html
import math

WIDTH = 760
BAR = 16
GAP = 6
LEFT = 130
RIGHT = 150
TOP = 44
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .faint { fill: #59636e }
  .line { stroke: #d1d9e0; stroke-width: 1 }
  .hand { fill: #8c959f }
  .own { fill: #1a7f37 }
  .other { fill: #54aeff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .faint { fill: #9198a1 } .line { stroke: #3d444d }
    .hand { fill: #6e7681 } .own { fill: #3fb950 } .other { fill: #1f6feb }
  }
"""


def decade(value, is_up):
    power = math.log10(value)
    return 10 ** (math.ceil(power) if is_up else math.floor(power))


def short(number):
    """Three digits of a number of calls a second."""
    if number >= 1e6:
        return f"{number / 1e6:.2f} M"
    if number >= 10000:
        return f"{number / 1e3:.0f} k"
    if number >= 1000:
        return f"{number / 1e3:.1f} k"
    return f"{number:.3g}"


def grid(least, most, position, height):
    value = least
    while value <= most * 1.001:
        x = position(value)
        yield f'<line class="line" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 6}"/>'
        yield f'<text class="faint" x="{x:.1f}" y="{TOP - 10}" text-anchor="middle">'
        yield f"{short(value)}</text>"
        value *= 10


def bars(title, rows):
    """rows: (name, class, value, note), where the class says what colour it has."""
    least = decade(min(row[2] for row in rows) * 0.999, False)
    most = decade(max(row[2] for row in rows), True)
    scale = (WIDTH - LEFT - RIGHT) / max(math.log10(most / least), 1)
    height = TOP + len(rows) * (BAR + GAP) + 8

    def position(value):
        return LEFT + scale * math.log10(value / least)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{html.escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="8" y="18">{html.escape(title)}</text>',
        *grid(least, most, position, height),
    ]
    for i, (name, kind, value, note) in enumerate(rows):
        y, end = TOP + i * (BAR + GAP), position(value)
        lines += [
            f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{html.escape(name)}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}"/>',
            f'<text x="{end + 6:.1f}" y="{y + 12}">{short(value)}'
            f'<tspan class="faint"> {html.escape(note)}</tspan></text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
