"""Charts as SVG, written by hand: whether confidence is honest, before and after, and what a threshold buys."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from eval.metrics.reliability import Bin, OperatingPoint
from kb_service.domain.calibrations import Dot

_SIDE, _MARGIN, _RIGHT = 320, 48, 16  # pixels: the plotting area, left and bottom margin, right and top margin


def reliability_svg(bins: Sequence[Bin]) -> str:
    """Share right against mean confidence; a dot's area grows with its n, the diagonal is perfect honesty."""
    most = max((each.n for each in bins), default=1)
    dots = [_dot(each, radius=3 + 9 * (each.n / most) ** 0.5) for each in bins]
    return _chart("Confidence", "Share right", [_line([(0, 0), (1, 1)], "#9ca3af"), *dots])


def before_after_svg(before: Sequence[Dot], after: Sequence[Dot]) -> str:
    """The same of two models: grey dots and blue ones."""
    most = max((each.n for each in (*before, *after)), default=1)
    marks = [_line([(0, 0), (1, 1)], "#9ca3af")]
    for colour, dots in (("#6b7280", before), ("#2563eb", after)):
        for each in dots:
            at = f'cx="{_x(each.confidence):.1f}" cy="{_y(each.right):.1f}" r="{3 + 9 * (each.n / most) ** 0.5:.1f}"'
            marks.append(f'<circle {at} fill="{colour}" fill-opacity="0.55"><title>n={each.n}</title></circle>')
    return _chart("Confidence", "Share right", marks)


def risk_coverage_svg(points: Sequence[OperatingPoint], *, accepted_risk: float) -> str:
    """Share wrong among the answered against the share answered; the grey line is the accepted share."""
    curve = [(each.coverage, each.risk) for each in points]
    accepted = _line([(0, accepted_risk), (1, accepted_risk)], "#9ca3af")
    return _chart("Share answered", "Share wrong among answered", [accepted, _line(curve, "#dc2626")])


def _chart(horizontal: str, vertical: str, marks: Sequence[str]) -> str:
    width, height = _MARGIN + _SIDE + _RIGHT, _RIGHT + _SIDE + _MARGIN
    ticks = [tick for step in range(6) for tick in _ticks(step / 5)]
    frame = f'<rect x="{_MARGIN}" y="{_RIGHT}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#374151"/>'
    middle = _RIGHT + _SIDE / 2
    labels = [
        f'<text x="{_MARGIN + _SIDE / 2}" y="{height - 8}" text-anchor="middle">{escape(horizontal)}</text>',
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">{escape(vertical)}</text>',
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            ' font-family="sans-serif" font-size="11">',
            '<rect width="100%" height="100%" fill="white"/>',
            *ticks,
            frame,
            *marks,
            *labels,
            "</svg>\n",
        ]
    )


def _ticks(at: float) -> list[str]:
    return [
        f'<text x="{_x(at):.1f}" y="{_RIGHT + _SIDE + 14}" text-anchor="middle">{at:.1f}</text>',
        f'<text x="{_MARGIN - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">{at:.1f}</text>',
    ]


def _dot(each: Bin, *, radius: float) -> str:
    at = f'cx="{_x(each.mean_confidence):.1f}" cy="{_y(each.share_right):.1f}" r="{radius:.1f}"'
    return f'<circle {at} fill="#2563eb" fill-opacity="0.6"><title>n={each.n}</title></circle>'


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _x(share: float) -> float:
    return _MARGIN + share * _SIDE


def _y(share: float) -> float:
    return _RIGHT + (1 - share) * _SIDE
