"""Faults of each component, planted by patching it: what the gate has to see, and whose it is."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from eval.gate import answer_evidence, taken_in
from eval.gate.component_measures import Component
from kb_service.adapters.index import edge
from kb_service.adapters.index.points import Above, AnyOf, AtMost, OneOf
from kb_service.adapters.script import OpenCCConverter
from kb_service.adapters.segmenter import JiebaSegmenter
from kb_service.asking import follow_ups, handing_over, looking_up
from kb_service.asking.article_answers import ArticleAnswers
from kb_service.asking.checking import checking
from kb_service.asking.composing import Composer
from kb_service.asking.conversation import following, topics
from kb_service.asking.conversation.clarifying import Clarifying
from kb_service.asking.conversation.conversation_reader import ConversationReader
from kb_service.asking.conversation.following import Following, FollowUp
from kb_service.asking.drafting import leading
from kb_service.asking.drafting.drafts import Draft
from kb_service.asking.drafting.leading import Choosing
from kb_service.asking.drafting.quoting import ExtractiveDrafter
from kb_service.asking.follow_ups import FollowUps
from kb_service.asking.notices import Noticing
from kb_service.asking.reading.examples import MessageClass
from kb_service.asking.reading.linear_layer import Floats, LinearLayer
from kb_service.asking.routing import Router
from kb_service.asking.search.confidence import ConfidenceModel, Tree
from kb_service.asking.switch_guard import SwitchGuard
from kb_service.domain import calendar, masking
from kb_service.domain.answers import Citation
from kb_service.publishing import contradictions
from kb_service.service import Service
from kb_service.text import articles


def single_characters(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(JiebaSegmenter, "words", lambda self, text: list(text))


def every_second_word(patch: pytest.MonkeyPatch) -> None:
    cut = JiebaSegmenter.words
    patch.setattr(JiebaSegmenter, "words", lambda self, text: cut(self, text)[::2])


def no_simplified_script(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OpenCCConverter, "to_simplified", lambda self, text: text)


def no_days(patch: pytest.MonkeyPatch) -> None:
    _without(patch, lambda each: isinstance(each, AtMost | Above))


def no_ends(patch: pytest.MonkeyPatch) -> None:
    _without(patch, lambda each: isinstance(each, Above))


def a_day_late(patch: pytest.MonkeyPatch) -> None:
    conditions = edge.conditions_of
    patch.setattr(edge, "conditions_of", lambda within: conditions(replace(within, day=within.day - timedelta(days=1))))


def quotes_one_character_on(patch: pytest.MonkeyPatch) -> None:
    _cited(patch, lambda each: replace(each, start=each.start + 1, end=each.end + 1))


def quotes_from_the_passage_before(patch: pytest.MonkeyPatch) -> None:
    _cited(patch, lambda each: replace(each, start=max(0, each.start - 40), end=max(1, each.end - 40)))


def quotes_of_another_version(patch: pytest.MonkeyPatch, service: Service) -> None:
    others = {each: service.library.versions_of(each) for each in service.library.document_ids()}

    def other(each: Citation) -> Citation:
        known = [version.id for version in others.get(each.document_id, ()) if version.id != each.version_id]
        return replace(each, version_id=known[0]) if known else each

    _cited(patch, other)


def the_unsure_is_sure(patch: pytest.MonkeyPatch) -> None:
    _unsure(patch, lambda sure: 1 - sure)


def surer_by_a_third(patch: pytest.MonkeyPatch) -> None:
    _unsure(patch, lambda sure: min(1.0, sure + 0.3))


def always_as_sure(patch: pytest.MonkeyPatch) -> None:
    _unsure(patch, lambda _sure: 0.9)


def always_one_department(patch: pytest.MonkeyPatch) -> None:
    route = Router.route

    def one(self: Router, *given: Any) -> list[Any]:
        return [replace(each, department=self._departments.ref("minzheng")) for each in route(self, *given)]

    patch.setattr(Router, "route", one)


def shuffled_departments(patch: pytest.MonkeyPatch) -> None:
    route = Router.route

    def shuffled(self: Router, *given: Any) -> list[Any]:
        ids = sorted(each.id for each in self._departments.described)
        next_of = dict(zip(ids, ids[1:] + ids[:1], strict=True))
        return [
            replace(each, department=self._departments.ref(next_of.get(each.department.id, ids[0])))
            for each in route(self, *given)
        ]

    patch.setattr(Router, "route", shuffled)


def clipped_sentences(patch: pytest.MonkeyPatch) -> None:
    _drafted(patch, lambda text: text[: len(text) // 2])


def no_negation(patch: pytest.MonkeyPatch) -> None:
    _drafted(patch, lambda text: text.replace("不", "").replace("免", ""))


def another_saying(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Choosing, "best", lambda self, sayings, score_of: list(sayings)[-1])


def forgets_the_talk(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ConversationReader, "_topic", lambda self, question, turns: None)


def carries_always(patch: pytest.MonkeyPatch) -> None:
    always = FollowUp(has_own_topic=False, is_bare=False, follows_up=True, is_sure=True)
    patch.setattr(Following, "_follow_up", lambda self, understood, before, topic: always)


def audiences_mixed(patch: pytest.MonkeyPatch) -> None:
    _without(patch, lambda each: isinstance(each, AnyOf) and _is_of_audience(each))


def titles_of_headings(patch: pytest.MonkeyPatch) -> None:
    _cited(patch, lambda each: replace(each, title=each.heading_path[-1] if each.heading_path else each.title))


def nothing_is_heeded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SwitchGuard, "hand_over_switched_off", lambda self, parts: list(parts))


def failures_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(handing_over, "failures_in_a_row", lambda turns: 0)


def less_for_at_most(patch: pytest.MonkeyPatch) -> None:
    def value(self: Tree, row: Sequence[float]) -> float:
        node = 0
        while node < len(self.splits):
            feature, limit = self.splits[node]
            node = 2 * node + (1 if row[feature] < limit else 2)
        return self.leaves[node - len(self.splits)]

    patch.setattr(Tree, "value", value)


def weights_swapped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leading, "_OWN", leading._CONTEXT)
    patch.setattr(leading, "_CONTEXT", 3.0)


def goes_by_the_oldest_turn(patch: pytest.MonkeyPatch) -> None:
    newest = topics._newest
    patch.setattr(topics, "_newest", lambda turns, names_topic: newest(list(turns)[::-1], names_topic))


def every_part_marked_from_one(patch: pytest.MonkeyPatch) -> None:
    marked = Draft.marked_from
    patch.setattr(Draft, "marked_from", lambda self, _first: marked(self, 1))


def without_the_amount(patch: pytest.MonkeyPatch) -> None:
    for place in (answer_evidence, follow_ups, looking_up):
        patch.setattr(place, "lacks_what_is_asked", lambda _features: False)


def shares_for_logits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(follow_ups, "_logit", lambda probability: probability)


def named_matters_do_not_count(patch: pytest.MonkeyPatch) -> None:
    likeliest = FollowUps.likeliest
    patch.setattr(
        FollowUps,
        "likeliest",
        lambda self, contenders, asked, topic: likeliest(self, contenders, replace(asked, matter=None), topic),
    )


def districts_are_left_behind(patch: pytest.MonkeyPatch) -> None:
    surrounded = following._surrounded
    patch.setattr(
        following,
        "_surrounded",
        lambda understood, topic, changes: surrounded(understood, replace(topic, region=None), changes),
    )


def laws_sound_like_lawsuits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ArticleAnswers, "_is_for_documents", lambda self, read, lookup: read.scope is None)


def inserted_articles_are_those_before(patch: pytest.MonkeyPatch) -> None:
    number = articles._number
    patch.setattr(articles, "_number", lambda said, _inserted: number(said, None))


def only_the_last_words_are_quoted(patch: pytest.MonkeyPatch) -> None:
    spans = checking._spans
    patch.setattr(checking, "_spans", lambda found: spans(found[-1:]))


def every_line_is_a_passage(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(taken_in, "_TARGET", 1)
    patch.setattr(taken_in, "_LONGEST", 30)


def ends_are_told_as_the_day_after(patch: pytest.MonkeyPatch) -> None:
    change = Noticing._change
    patch.setattr(
        Noticing,
        "_change",
        lambda self, citation, end, after, **days: change(self, citation, end + timedelta(days=1), after, **days),
    )


def related_questions_stay_simplified(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Composer, "_related", lambda self, parts: tuple(one for each in parts for one in each.reply.related))


def weekends_are_worked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calendar, "_SATURDAY", 7)


def districts_speak_for_the_city(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(contradictions, "place_of", lambda _region: "")


def only_proved_numbers_are_masked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(masking, "_MASKS", masking._CHECKED)


def what_to_do_sounds_like_a_fault(patch: pytest.MonkeyPatch) -> None:
    """As after many examples of faults that are put as questions, with nothing beside them that only looks like one."""
    probabilities, fault = LinearLayer.probabilities, list(MessageClass).index(MessageClass.PLATFORM_FAULT)

    def shares(self: LinearLayer, texts: Sequence[str], vectors: Floats) -> Floats:
        found = probabilities(self, texts, vectors)
        found[["怎么" in each for each in texts], fault] *= 4
        return found / found.sum(axis=1, keepdims=True)

    patch.setattr(LinearLayer, "probabilities", shares)


def everything_reads_alike(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Clarifying, "_different", lambda self, candidates: iter(candidates[:1]))


FAULTS: dict[Component, list[Any]] = {
    Component.TAKING_IN: [every_line_is_a_passage],
    Component.PUBLISHED: [weekends_are_worked],
    Component.CONTRADICTIONS: [districts_speak_for_the_city],
    Component.MASKING: [only_proved_numbers_are_masked],
    Component.READING: [what_to_do_sounds_like_a_fault],
    Component.ASKING_BACK: [everything_reads_alike],
    Component.NOTICES: [ends_are_told_as_the_day_after],
    Component.SCRIPT: [related_questions_stay_simplified],
    Component.AUDIENCES: [audiences_mixed],
    Component.CITED: [titles_of_headings],
    Component.ARTICLES: [laws_sound_like_lawsuits, inserted_articles_are_those_before],
    Component.CHECKING: [only_the_last_words_are_quoted],
    Component.SWITCHES: [nothing_is_heeded],
    Component.SIGNALS: [failures_are_not_counted],
    Component.DAYS: [no_days, no_ends, a_day_late],
    Component.CITATIONS: [
        quotes_one_character_on,
        quotes_from_the_passage_before,
        quotes_of_another_version,
        every_part_marked_from_one,
    ],
    Component.CONFIDENCE: [the_unsure_is_sure, surer_by_a_third, always_as_sure, less_for_at_most, without_the_amount],
    Component.ROUTING: [always_one_department, shuffled_departments],
    Component.DRAFTING: [clipped_sentences, no_negation, another_saying, weights_swapped],
    Component.FOLLOW_UPS: [shares_for_logits, named_matters_do_not_count],
    Component.TALK: [forgets_the_talk, carries_always, goes_by_the_oldest_turn, districts_are_left_behind],
    # Last: what a tokeniser gave is remembered.
    Component.WORDS: [single_characters, every_second_word, no_simplified_script],
}


def _without(patch: pytest.MonkeyPatch, leave_out: Callable[[object], bool]) -> None:
    conditions = edge.conditions_of
    patch.setattr(edge, "conditions_of", lambda within: [each for each in conditions(within) if not leave_out(each)])


def _is_of_audience(condition: AnyOf) -> bool:
    return any(isinstance(each, OneOf) and each.key == "audience" for each in condition.conditions)


def _cited(patch: pytest.MonkeyPatch, change: Callable[[Citation], Citation]) -> None:
    citation = checking._citation
    patch.setattr(checking, "_citation", lambda *given: change(citation(*given)))


def _unsure(patch: pytest.MonkeyPatch, change: Callable[[float], float]) -> None:
    probability = ConfidenceModel.probability
    patch.setattr(ConfidenceModel, "probability", lambda self, features: change(probability(self, features)))


def _drafted(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    draft = ExtractiveDrafter.draft

    def changed(self: ExtractiveDrafter, *given: Any, **named: Any) -> Generator[Any, None, Draft]:
        made = yield from draft(self, *given, **named)
        return replace(made, statements=tuple(replace(each, text=change(each.text)) for each in made.statements))

    patch.setattr(ExtractiveDrafter, "draft", changed)
