"""The numbers that retrieval and answering turn on; copied into every stored answer and evaluation run."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Knobs:
    """Fused scores are in standard deviations of a leg's top hits; bonuses are on that scale."""

    leg_depth: int = 100  # fusion takes its scale from each leg's top 100
    dense_weight: float = 0.55  # docs/decisions/0004-fusion.md
    reordered: int = 30
    sentence_weight: float = 1.0  # how far those go to their nearest sentence; 0022-finding-the-matter.md; 0: off
    coverage_bonus: float = 2.0  # for a passage that says all of the question, in proportion; 0012-confidence.md
    matter_bonus: float = 0.5
    # For how much nearer the question is to another matter than to the passage's (0 to about .5): a prior, not a wall.
    nearness_weight: float = 8.0  # 0: off; docs/decisions/0022-finding-the-matter.md
    farthest: float = 0.3  # what is farther off loses no more
    of_no_matter: float = 0.15  # how far off a passage without a matter counts
    facet_bonus: float = 0.7
    section_bonus: float = 2.0  # instead, for the section of the matter's own text that is headed by what is asked
    amount_missing_penalty: float = 0.5  # the question asks for an amount or a time, and the passage has none
    title_only_penalty: float = 0.2  # found for its title alone: its own words share nothing with the question
    notice_penalty: float = 0.6  # the same of a passage of a line: a disclaimer, a source
    mends_spelling: bool = True  # of the names of matters
    guide_word_weight: float = 0.5  # of what guides call a word of the question, beside it; 0: off
    district_bonus: float = 0.4  # a district's text outranks the city's for that district
    longest_quote: int = 420  # characters: about one phone screen
    evidence: int = 5
    related: int = 3
    # What is shown as possible where nothing was sure enough: docs/decisions/0026-conversation-and-possible.md.
    possible: int = 3
    longest_possible: int = 120  # characters of one quote
    possible_confidence: float = 0.03  # below it what was found has nothing to do with the question


# What a service goes by.
KNOBS = Knobs()


def while_typing(knobs: Knobs) -> Knobs:
    """Of who is still typing: less than half the depth, and passages as wholes; docs/decisions/0055-ready-texts.md."""
    return replace(knobs, leg_depth=40, reordered=12, sentence_weight=0.0)
