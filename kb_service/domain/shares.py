"""Shares with the error that their number leaves."""

import math

# The 97.5 % quantile of the standard normal distribution.
Z_95 = 1.959963984540054


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion (Wilson, JASA 22, 1927); (0, 1) when n is 0."""
    return wilson_of_rate(successes / n if n else 0.0, n)


def paired_interval(gained: int, lost: int, n: int) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares of the same ``n`` cases, of which ``gained`` were only in the
    second and ``lost`` only in the first (Bonett and Price, JEBS 37, 2012)."""
    more, fewer = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    spread = Z_95 * math.sqrt((more + fewer - (more - fewer) ** 2) / (n + 2))
    return max(-1.0, more - fewer - spread), min(1.0, more - fewer + spread)


def wilson_of_rate(share: float, n: float) -> tuple[float, float]:
    """The same of a weighted proportion, with its effective n."""
    if n == 0:
        return 0.0, 1.0
    z2 = Z_95**2
    centre = share + z2 / (2 * n)
    spread = Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z2 / n)), min(1.0, (centre + spread) / (1 + z2 / n))
