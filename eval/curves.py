"""Curves as SVG, each drawn once: a page gives them its colours, for light and dark; alone they bring theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.reliability import Bin, OperatingPoint
from kb_service.domain.calibrations import Dot

WIDTH, HEIGHT = 360, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 20, 12, 40
# The accepted shares, and how far from the right their names stand, so that they do not cover each other.
_ACCEPTED = ((0.05, 40), (0.10, 0))
_STEPS = 5


@dataclass(frozen=True, slots=True)
class _Axis:
    """``top``: the value at its end."""

    label: str
    top: float
    unit: str


_PERCENT = "%"
_STYLE = (
    "svg{background:#fff;font-family:sans-serif}text{fill:#5f6b7a;font-size:12px}.axis{fill:#1f2933}"
    ".grid{stroke:#d5dbe1;stroke-width:.7}.aim{stroke:#5f6b7a;stroke-dasharray:4 3}"
    ".dot{fill:#2563a8;fill-opacity:.65}.dot.before{fill:#6b7280}.line{fill:none;stroke:#2563a8;stroke-width:2}"
)


def alone(drawn: str) -> str:
    """A drawing as a file of its own, or for a page without a style for it."""
    size = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
    head, mark, rest = drawn.replace("<svg", size, 1).partition(">")
    return f"{head}{mark}<style>{_STYLE}</style>{rest}\n"


def reliability_drawn(bins: Sequence[Bin]) -> str:
    """Share right against confidence; the area of a dot grows with its n."""
    dots = [Dot(each.mean_confidence, each.share_right, each.n) for each in bins]
    return _honesty({"dot": dots}, "把握与实际：点在斜线上，说明把握是诚实的")


def reliability_before_and_after(before: Sequence[Dot], after: Sequence[Dot]) -> str:
    """The same of two models: grey dots and blue ones."""
    return _honesty({"dot before": before, "dot": after}, "把握与实际：灰点是之前的，蓝点是之后的")


def _honesty(dots_of: Mapping[str, Sequence[Dot]], name: str) -> str:
    """``dots_of``: by the class of their marks."""
    most = max((each.n for dots in dots_of.values() for each in dots), default=1)
    axes = _Axis("系统自己的把握", 1.0, _PERCENT), _Axis("实际找对的比例", 1.0, _PERCENT)
    honest = f'<line class="aim" x1="{_x(0, 1)}" y1="{_y(0, 1)}" x2="{_x(1, 1)}" y2="{_y(1, 1)}"/>'
    marks = [
        f'<circle class="{kind}" cx="{_x(each.confidence, 1)}" cy="{_y(each.right, 1)}"'
        f' r="{3 + 9 * (each.n / most) ** 0.5:.1f}"><title>{each.n} 题，把握 {each.confidence:.0%}，'
        f"找对 {each.right:.0%}</title></circle>"
        for kind, dots in dots_of.items()
        for each in dots
    ]
    return _framed(axes, [honest, *marks], name)


def risk_coverage_drawn(points: Sequence[OperatingPoint]) -> str:
    """Share wrong against share answered, with the accepted shares."""
    top = _rounded_up(max((each.risk for each in points), default=0.1))
    axes = _Axis("答复的比例", 1.0, _PERCENT), _Axis("其中找错的比例", top, _PERCENT)
    limits = [
        f'<line class="aim" x1="{_x(0, 1)}" y1="{_y(each, top)}" x2="{_x(1, 1)}" y2="{_y(each, top)}"/>'
        f'<text class="tick" x="{WIDTH - _RIGHT - place}" y="{_y(each, top) - 4}" text-anchor="end">{each:.0%}</text>'
        for each, place in _ACCEPTED
        if each <= top
    ]
    line = " ".join(f"{_x(each.coverage, 1)},{_y(each.risk, top)}" for each in points)
    return _framed(axes, [*limits, f'<polyline class="line" points="{line}"/>'], "答得越多，错得越多")


def latency_drawn(milliseconds: Sequence[float]) -> str:
    """The share of answers that came within so many milliseconds, up to the 99th of a hundred."""
    values = sorted(milliseconds)
    last = values[min(len(values) - 1, int(0.99 * len(values)))] if values else 1.0
    top = _whole_steps(last)
    axes = _Axis("毫秒", top, ""), _Axis("已经答出的比例", 1.0, _PERCENT)
    stride = max(1, len(values) // 200)
    places = [(each, (rank + 1) / len(values)) for rank, each in enumerate(values) if rank % stride == 0]
    line = " ".join(f"{_x(each, top)},{_y(share, 1)}" for each, share in places if each <= top)
    return _framed(axes, [f'<polyline class="line" points="{line}"/>'], "多久答出")


def _framed(axes: tuple[_Axis, _Axis], marks: Sequence[str], name: str) -> str:
    across, up = axes
    middle = _TOP + (HEIGHT - _TOP - _BOTTOM) / 2
    ticks = [
        f'<text class="tick" x="{_x(at, 1)}" y="{HEIGHT - _BOTTOM + 15}" text-anchor="middle">'
        f"{_value(at * across.top, across)}</text>"
        f'<text class="tick" x="{_LEFT - 5}" y="{_y(at, 1) + 4}" text-anchor="end">{_value(at * up.top, up)}</text>'
        f'<line class="grid" x1="{_LEFT}" y1="{_y(at, 1)}" x2="{WIDTH - _RIGHT}" y2="{_y(at, 1)}"/>'
        for at in (step / _STEPS for step in range(_STEPS + 1))
    ]
    return "".join(
        [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">',
            *ticks,
            *marks,
            f'<text class="axis" x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
            f"{across.label}</text>",
            f'<text class="axis" x="10" y="{middle}" text-anchor="middle" transform="rotate(-90 10 {middle})">'
            f"{up.label}</text>",
            "</svg>",
        ]
    )


def _value(value: float, axis: _Axis) -> str:
    return f"{value:.0%}" if axis.unit == _PERCENT else f"{value:.0f}"


def _whole_steps(milliseconds: float) -> float:
    """The end of an axis whose ticks are round: five steps of 1, 2, 5, 10, 20, 50, … milliseconds."""
    steps = (digit * 10**power for power in range(8) for digit in (1, 2, 5))
    return next(float(step * _STEPS) for step in steps if step * _STEPS >= milliseconds)


def _rounded_up(share: float) -> float:
    """To the next step that makes whole ticks."""
    return next((top for top in (0.1, 0.2, 0.25, 0.5, 1.0) if share <= top), 1.0)


def _x(value: float, top: float) -> float:
    return round(_LEFT + min(value / top, 1) * (WIDTH - _LEFT - _RIGHT), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - _BOTTOM - min(value / top, 1) * (HEIGHT - _TOP - _BOTTOM), 1)
