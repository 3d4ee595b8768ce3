"""Asking back: when a question can be read in several ways that get different answers. Sparing, for it costs a turn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.asking.conversation.topics import matters_asked_back, matters_of, of_other_matters
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.matters import NEAR, MatterNames, clearly_nearest
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Answer, Clarification, Option, Outcome
from kb_service.domain.documents import Audience
from kb_service.domain.matters import CITY, Matter, region_path
from kb_service.text.figures import figures
from kb_service.text.terms import bigrams_of

# How far a reading may be behind the best one, in the fused score's standard deviations: without a sure answer there is
# nothing to lose (docs/decisions/0014-conversation.md); with one, both must fit all but equally.
_CLOSE_UNSURE = 0.6
_CLOSE_SURE = 0.2
_FEWEST, _MOST = 2, 4
# Characters of its own in a question that says little more than a part of a name: 居住证怎么办理, 公积金要带什么.
_FEW_WORDS = 4
_SHORT = 12
# Two passages that share this part of their bigrams say the same.
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class DistrictTexts:
    """``with_own_text``: paths of districts that have a text of the matter in force on the day, by the matter's id.

    ``asked_there``: the candidates of the same question, asked in a region.
    """

    with_own_text: Callable[[str, date], Sequence[str]]
    asked_there: Callable[[str], Sequence[Candidate]]


def reads_alike(one: Candidate, other: Candidate) -> bool:
    """Whether two passages say the same: the same figures, or where there are none much the same words."""
    texts = one.source.passage.text, other.source.passage.text
    stated, also_stated = ({figure.meaning for figure in figures(text)} for text in texts)
    if stated or also_stated:
        return stated == also_stated
    pairs, also = (set(bigrams_of(text)) for text in texts)
    return len(pairs & also) >= _ALIKE * max(len(pairs | also), 1)


class Clarifying:
    """Holds matters and wording; nothing between answers."""

    def __init__(
        self,
        *,
        matters: Mapping[str, Matter],
        lexicon: Lexicon,
        names: MatterNames,
        reads_alike: Callable[[Candidate, Candidate], bool] = reads_alike,
    ) -> None:
        self._matters = matters
        self._lexicon = lexicon
        self._names = names
        self._reads_alike = reads_alike

    def clarification(
        self,
        understood: Understanding,
        candidates: Sequence[Candidate],
        *,
        is_sure: bool,
        turns: Sequence[Answer],
        is_told_apart: bool = False,
        rivals: Sequence[Matter] = (),
        districts: DistrictTexts | None = None,
    ) -> Clarification | None:
        """What to ask back, with 2–4 options or, of a facet or a matter alone, none; None when it is clear.

        Also None when the last reply asked back already, unless the message turns to another matter, such as
        不是，我问的是护照: then it is a question of its own.

        ``candidates``: best first; ``is_sure``: whether an answer would be given now; ``rivals``: matters that the
        question names or fits about equally. ``is_told_apart``: whether the answer found is so sure that none of them
        is asked about.
        """
        was_clarified = bool(turns) and turns[-1].outcome is Outcome.CLARIFY
        if not candidates or understood.is_courtesy or understood.scope is not None:
            return None
        if was_clarified and not _names_what_it_means(understood):
            return None
        only_tells = not is_sure and self._only_tells(understood)
        asked = None
        if not only_tells or rivals:
            asked = (
                (None if is_told_apart else self._between_matters(understood, candidates, rivals, is_sure=is_sure))
                or (None if is_sure else self._between_districts(understood, candidates, districts))
                or self._between_audiences(understood, candidates)
            )
        if asked is None and (only_tells or (not is_sure and is_name_alone(understood))):
            asked = self._what_of_it(understood)
        if asked is None or not was_clarified:
            return asked
        matter_id = understood.matter.id if understood.matter else None
        return asked if of_other_matters(matters_of(asked, matter_id), matters_asked_back(turns[-1])) else None

    def text(self, clarification: Clarification) -> str:
        """The question and its options with their numbers, a line each, for screens without buttons."""
        lines = [
            self._lexicon.say("clarify_option", number=str(number), label=option.label)
            for number, option in enumerate(clarification.options, 1)
        ]
        return "\n".join((clarification.question, *lines))

    def _between_matters(
        self, understood: Understanding, candidates: Sequence[Candidate], rivals: Sequence[Matter], *, is_sure: bool
    ) -> Clarification | None:
        is_guess = understood.is_matter_inferred and not is_sure
        is_linked = understood.matter is not None and not is_guess
        if understood.question.matter_id is not None or (is_linked and not rivals):
            return None
        best_of = _best_by_matter(candidates)
        if understood.names_kind and rivals:
            found = [each for each in rivals if each.id in best_of]
            offered = found if len(found) >= _FEWEST else rivals
            return self._asked("clarify_matter", [Option(each.name, each.id) for each in offered])
        says_little = len(understood.phrasing.content) <= _FEW_WORDS and len(understood.text) <= _SHORT
        if not rivals and not is_sure and says_little:
            return self._between_named(understood, list(best_of.values()))
        close = _CLOSE_SURE if is_sure else _CLOSE_UNSURE
        nearest = [
            each
            for each in best_of.values()
            if candidates[0].score - each.score <= close
            or (not is_sure and not understood.phrasing.asks and self._is_nearer(understood, each, candidates[0]))
        ]
        fitting = [each for each in nearest if self._may_be_meant(understood, each, rivals)]
        if candidates[0] not in fitting and is_sure:
            return None
        if is_guess and not any(self._matter_of(each) == understood.matter for each in fitting):
            fitting = [each for each in best_of.values() if self._matter_of(each) == understood.matter][:1] + fitting
        return self._one_of("clarify_matter", understood, fitting)

    def _is_nearer(self, understood: Understanding, candidate: Candidate, best: Candidate) -> bool:
        """Whether the question is near to the matter of a passage, and nearer than to that of the best one."""
        near, near_best = (
            understood.nearness.get(each.source.metadata.matter_id or "", 0.0) for each in (candidate, best)
        )
        return near >= max(NEAR, near_best)

    def _between_named(self, understood: Understanding, found: Sequence[Candidate]) -> Clarification | None:
        """A few words (居住证怎么办理): of the matters found those of whose names they have most.

        Words of no name, a facet alone (要带什么材料), are asked back openly.
        """
        if not understood.phrasing.pairs and understood.matter is None:
            asks_facet = understood.facet or understood.phrasing.facet
            return Clarification(self._lexicon.say("clarify_open"), ()) if asks_facet else None
        shares = [(self._share_said(understood, each), each) for each in found]
        best = max((share for share, _ in shares), default=0.0)
        meant = sorted((pair for pair in shares if pair[0] and 2 * pair[0] >= best), key=lambda pair: -pair[0])
        return self._one_of("clarify_matter", understood, [each for _, each in meant])

    def _share_said(self, understood: Understanding, candidate: Candidate) -> float:
        if not self._may_be_meant(understood, candidate, ()):
            return 0.0
        matter = self._matter_of(candidate)
        return self._names.share_said(understood.text, matter) if matter else 0.0

    def _may_be_meant(self, understood: Understanding, candidate: Candidate, rivals: Sequence[Matter]) -> bool:
        """A rival, or a matter whose name shares a word with the question; any, where the question has no own words."""
        matter = self._matter_of(candidate)
        if matter is None:
            return False
        if rivals:
            return matter in rivals
        pairs = understood.phrasing.pairs
        return not pairs or self._names.have_one_of(pairs, matter)

    def _one_of(self, wording: str, understood: Understanding, candidates: Sequence[Candidate]) -> Clarification | None:
        """The matters of those that say something else than each other, of a thing that is named where one is."""
        options = [
            Option(matter.name, matter.id)
            for each in self._different(candidates)
            if (matter := self._matter_of(each)) and understood.may_be_of(f"{matter.name}\n{each.text}")
        ]
        return self._asked(wording, options)

    def _between_districts(
        self, understood: Understanding, candidates: Sequence[Candidate], districts: DistrictTexts | None
    ) -> Clarification | None:
        matter = understood.matter or self._matter_of(candidates[0])
        if districts is None or understood.question.region is not None or matter is None:
            return None
        options = []
        for region in districts.with_own_text(matter.id, understood.question.as_of)[: _MOST - 1]:
            if self._has_its_own(districts.asked_there(region), region):
                options.append(Option(region.rsplit("/", 1)[-1], matter.id, region=region))
        elsewhere = Option(self._lexicon.say("option_elsewhere"), matter.id, region=CITY)
        return self._asked("clarify_region", [*options, elsewhere] if options else [])

    def _has_its_own(self, there: Sequence[Candidate], region: str) -> bool:
        """The best text there is the district's own, and says something else than the city's next one."""
        if not there or region_path(there[0].source.metadata.region) != region:
            return False
        citys = next((each for each in there if region_path(each.source.metadata.region) != region), None)
        return citys is None or not self._reads_alike(there[0], citys)

    def _between_audiences(self, understood: Understanding, candidates: Sequence[Candidate]) -> Clarification | None:
        is_said = understood.audience_named is not None
        is_fixed = understood.matter is not None and understood.matter.audience is not None
        if understood.question.audience is not None or is_said or is_fixed:
            return None
        best = candidates[0]
        rival = next((each for each in candidates if _is_for_others(each, best)), None)
        if rival is None or best.score - rival.score > _CLOSE_SURE or self._reads_alike(best, rival):
            return None
        options = [
            Option(self._lexicon.say(f"option_{audience}"), best.source.metadata.matter_id, audience=audience)
            for audience in Audience
        ]
        return self._asked("clarify_audience", options)

    def _what_of_it(self, understood: Understanding) -> Clarification | None:
        """Asked openly: what of the matter that was only named, or that a few words tell of."""
        matter = understood.matter
        return Clarification(self._lexicon.say("clarify_aspect", matter=matter.name), ()) if matter else None

    def _only_tells(self, understood: Understanding) -> bool:
        """Whether a few words tell what somebody wants or has, near to a matter, and ask nothing of it
        (我想把公积金拿出来)."""
        matter, phrasing = understood.matter, understood.phrasing
        if matter is None or phrasing.asks or understood.facet is not None or len(understood.text) > _SHORT:
            return False
        is_clear = not understood.is_matter_inferred or matter.id in clearly_nearest(understood.nearness)
        return is_clear and self._lexicon.talk.tells.search(understood.text) is not None

    def _different(self, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        """Those that say something else than each one before."""
        kept: list[Candidate] = []
        for each in candidates:
            if not any(self._reads_alike(each, other) for other in kept):
                kept.append(each)
                yield each

    def _matter_of(self, candidate: Candidate) -> Matter | None:
        return self._matters.get(candidate.source.metadata.matter_id or "")

    def _asked(self, wording: str, options: Sequence[Option]) -> Clarification | None:
        if len(options) < _FEWEST:
            return None
        return Clarification(self._lexicon.say(wording), tuple(options[:_MOST]))


def is_name_alone(understood: Understanding) -> bool:
    """Whether it is the name of a matter or a part of it and nothing else (护照)."""
    phrasing = understood.phrasing
    is_bare = bool(phrasing.content) and not phrasing.beside_matter and understood.facet is None
    return understood.matter is not None and is_bare and not understood.carried


def _names_what_it_means(understood: Understanding) -> bool:
    is_named = understood.phrasing.has_matter_name and not understood.is_matter_inferred
    return is_named or understood.phrasing.corrects


def _best_by_matter(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    best: dict[str, Candidate] = {}
    for each in candidates:
        if each.source.metadata.matter_id is not None:
            best.setdefault(each.source.metadata.matter_id, each)
    return best


def _is_for_others(candidate: Candidate, best: Candidate) -> bool:
    """A text of the same matter for the other audience."""
    one, other = best.source.metadata, candidate.source.metadata
    return {one.audience, other.audience} == set(Audience) and one.matter_id == other.matter_id
