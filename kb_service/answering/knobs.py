"""The numbers that retrieval and answering turn on; copied into every evaluation run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Knobs:
    """Fused scores are in standard deviations of a leg's top hits; bonuses are on that scale."""

    leg_depth: int = (
        100  # the right passage is among the top 30 of either leg in 96 % of questions; 100 gives fusion its scale
    )
    dense_weight: float = (
        0.55  # flat between .4 and .7 on service questions; statutes gain up to .6, news-like texts lose
    )
    reordered: int = 30
    matter_bonus: float = 0.5
    facet_bonus: float = 0.7
    title_only_penalty: float = 0.2  # found for its title alone: its own words share nothing with the question
    district_bonus: float = 0.4  # a district's text outranks the city's for that district
    longest_quote: int = 420  # characters: about one phone screen
    evidence: int = 5
