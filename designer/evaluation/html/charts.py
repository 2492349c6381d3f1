"""Small charts as SVG text, in the colours of the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from widgets.plots.ticks import tick_text, ticks
from widgets.plots.xy_line import XYLine

WIDTH, HEIGHT = 420, 290
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 10, 40
_COLORS, _CELL = 6, 34
# More classes than that have cells too small for a number.
_NUMBERED = 24
_LEGEND_LINE = 15


def chart(
    lines: Sequence[XYLine],
    x_label: str,
    y_label: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    diagonal: bool = False,
    bars: tuple[np.ndarray, np.ndarray] | None = None,
) -> str:
    """Curves over common axes; ``bars`` are edges ``[N + 1]`` and heights ``[N]``.

    A value that is not finite is a gap. A ``diagonal`` goes from one corner to the other.
    """
    shown = [line for line in lines if len(line.x)]
    xs = [line.x for line in shown] + ([bars[0]] if bars else [])
    ys = [line.y for line in shown] + ([np.r_[0.0, bars[1]]] if bars else [])
    frame = _Frame(x_range or _range(xs), y_range or _range(ys))
    named = [line for line in shown if line.name]
    parts = [frame.axes(x_label, y_label)]
    if diagonal:
        ends = frame.points(np.array(frame.x), np.array(frame.y))
        parts.append(f'<polyline points="{ends}" style="{_dashed()}"/>')
    if bars:
        parts += frame.bars(*bars)
    for number, line in enumerate(shown):
        parts += frame.line(line, number)
    parts += _legend([line.name for line in named], HEIGHT + 6)
    return _svg(WIDTH, HEIGHT + (8 + _LEGEND_LINE * -(-len(named) // 2)), parts)


def matrix(names: Sequence[str], counts: np.ndarray) -> str:
    """A confusion matrix as a coloured grid; a cell's colour is its share of the row."""
    longest = min(max(map(len, names)), 18)
    # Names above the columns lean to the right.
    leaning = 4.7 * longest
    left, top, size = 30 + 6.5 * longest, 32 + leaning, _CELL if len(names) <= 12 else 22
    side = size * len(names)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    parts = [
        f'<text x="{left + side / 2:.0f}" y="12" text-anchor="middle" '
        'style="fill:var(--muted)">predicted</text>',
        f'<text x="12" y="{top + side / 2:.0f}" text-anchor="middle" style="fill:var(--muted)" '
        f'transform="rotate(-90 12 {top + side / 2:.0f})">true</text>',
    ]
    for i, name in enumerate(names):
        text, middle = escape(_cut(name)), size * (i + 0.5)
        parts.append(
            f'<text x="{left - 6:.0f}" y="{top + middle + 4:.0f}" text-anchor="end" '
            f'style="fill:var(--text)">{text}</text>'
        )
        x, y = left + middle, top - 6
        parts.append(
            f'<text x="{x:.0f}" y="{y:.0f}" transform="rotate(-45 {x:.0f} {y:.0f})" '
            f'style="fill:var(--text)">{text}</text>'
        )
        for j, other in enumerate(names):
            color = "--success" if i == j else "--error" if counts[i, j] else "--muted"
            tip = f"{name} as {other}: {counts[i, j]}"
            parts.append(
                f'<rect x="{left + size * j:.0f}" y="{top + size * i:.0f}" width="{size - 1}" '
                f'height="{size - 1}" style="fill:var({color});fill-opacity:'
                f'{0.06 + 0.6 * shares[i, j]:.3f}"><title>{escape(tip)}</title></rect>'
            )
            if len(names) <= _NUMBERED and counts[i, j]:
                parts.append(
                    f'<text x="{left + size * (j + 0.5):.0f}" y="{top + middle + 4:.0f}" '
                    f'text-anchor="middle" style="fill:var(--text)">{counts[i, j]}</text>'
                )
    return _svg(left + side + leaning, top + side + 6, parts)


class _Frame:
    """The axes of a chart, and where values lie in it."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x, self.y = x, y

    def points(self, x: np.ndarray, y: np.ndarray) -> str:
        """Pairs for a polyline."""
        across = _LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - _LEFT - _RIGHT)
        share = (y - self.y[0]) / (self.y[1] - self.y[0])
        down = HEIGHT - _BOTTOM - np.clip(share, -0.02, 1.02) * (HEIGHT - _TOP - _BOTTOM)
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))

    def axes(self, x_label: str, y_label: str) -> str:
        parts = []
        for value in ticks(*self.x, 6):
            x = self.points(np.array([value]), np.array([self.y[0]])).split(",")[0]
            parts.append(
                f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{HEIGHT - _BOTTOM}" style="{_GRID}"/>'
                f'<text x="{x}" y="{HEIGHT - _BOTTOM + 15}" text-anchor="middle" '
                f'style="fill:var(--muted)">{tick_text(value)}</text>'
            )
        for value in ticks(*self.y, 6):
            y = self.points(np.array([self.x[0]]), np.array([value])).split(",")[1]
            parts.append(
                f'<line x1="{_LEFT}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}" style="{_GRID}"/>'
                f'<text x="{_LEFT - 5}" y="{float(y) + 4:.1f}" text-anchor="end" '
                f'style="fill:var(--muted)">{tick_text(value)}</text>'
            )
        middle = (HEIGHT - _BOTTOM + _TOP) / 2
        parts.append(
            f'<text x="{(WIDTH + _LEFT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle" '
            f'style="fill:var(--muted)">{escape(x_label)}</text>'
            f'<text x="12" y="{middle:.0f}" text-anchor="middle" style="fill:var(--muted)" '
            f'transform="rotate(-90 12 {middle:.0f})">{escape(y_label)}</text>'
        )
        return "".join(parts)

    def line(self, line: XYLine, number: int) -> list[str]:
        fine = np.isfinite(line.x) & np.isfinite(line.y)
        parts = []
        if not line.bare:
            # Each run of finite values is a line of its own.
            starts = np.flatnonzero(fine & ~np.r_[False, fine[:-1]])
            for start in starts:
                ends = np.flatnonzero(~fine[start:])
                end = start + int(ends[0]) if len(ends) else len(fine)
                text = self.points(line.x[start:end], line.y[start:end])
                parts.append(f'<polyline points="{text}" style="{_stroke(number)}"/>')
        if line.marked:
            radius = 1.6 if line.bare else 3
            for point in self.points(line.x[fine], line.y[fine]).split():
                x, y = point.split(",")
                fill = f"fill:var(--s{number % _COLORS})"
                fill += ";fill-opacity:0.45" if line.bare else ""
                parts.append(f'<circle cx="{x}" cy="{y}" r="{radius}" style="{fill}"/>')
        return parts

    def bars(self, edges: np.ndarray, heights: np.ndarray) -> list[str]:
        parts = []
        for low, high, height in zip(edges[:-1], edges[1:], heights, strict=True):
            ends = self.points(np.array([low, high]), np.array([self.y[0], height])).split()
            (x, bottom), (end, top) = (tuple(map(float, p.split(","))) for p in ends)
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{max(end - x - 1, 0.5):.1f}" '
                f'height="{max(bottom - top, 0):.1f}" style="fill:var(--s0);fill-opacity:0.55"/>'
            )
        return parts


_GRID = "stroke:var(--border);stroke-width:0.6"


def _stroke(number: int) -> str:
    dashes = ("", ";stroke-dasharray:6 3", ";stroke-dasharray:2 3")[number // _COLORS % 3]
    return f"fill:none;stroke:var(--s{number % _COLORS});stroke-width:1.8{dashes}"


def _dashed() -> str:
    return "fill:none;stroke:var(--muted);stroke-width:1;stroke-dasharray:4 4"


def _legend(names: Sequence[str], top: float) -> list[str]:
    parts = []
    for number, name in enumerate(names):
        x = _LEFT + (number % 2) * (WIDTH - _LEFT) / 2
        y = top + _LEGEND_LINE * (number // 2)
        parts.append(
            f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{x + 18:.0f}" y2="{y:.0f}" '
            f'style="{_stroke(number)}"/><text x="{x + 24:.0f}" y="{y + 4:.0f}" '
            f'style="fill:var(--text)">{escape(_cut(name, 24))}</text>'
        )
    return parts


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<svg {size} role="img">{"".join(parts)}</svg>'


def _range(arrays: Sequence[np.ndarray]) -> tuple[float, float]:
    values = np.concatenate([np.asarray(a, np.float64) for a in arrays] or [np.zeros(1)])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if low == high:
        return low - 0.5, high + 0.5
    room = 0.04 * (high - low)
    return low - room if low else low, high + room


def _cut(name: str, most: int = 18) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
