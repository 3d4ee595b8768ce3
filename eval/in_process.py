"""The service opened in this process."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from eval.fingerprints import corpus_described, prompts_sha256
from eval.questions import SuiteQuestion
from eval.systems import CHANNEL, FoundPlace, StoredVersion
from kb_service.asking.follow_ups import Contender
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Answer, Question
from kb_service.domain.errors import VersionNotFound
from kb_service.domain.knobs import Knobs
from kb_service.service import Service


class InProcess:
    """Implements `AnswersQuestions` over a service opened in this process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._knobs: Knobs | None = None

    @property
    def service(self) -> Service:
        return self._service

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        answer = self._service.asking.answer(self._asked(question, conversation_id))
        self._knobs = answer.knobs or self._knobs
        return answer

    def contenders(self, question: SuiteQuestion, turns: Sequence[Answer]) -> Sequence[Contender]:
        """The answers to a follow-up that one is chosen from, as if it and its conversation were not known; empty for
        what does not go on with these turns."""
        line = question.conversation or question.id

        def unknowing(tools: Tools) -> Tools:
            return replace(tools, known=tools.known.without_line(line))

        return self._service.asking.contenders(self._asked(question), turns=turns, watch=unknowing)

    def search(self, question: SuiteQuestion, *, limit: int) -> Sequence[FoundPlace]:
        found = self._service.asking.search(self._asked(question), narrowing=EVERYTHING, limit=limit)
        return [
            FoundPlace(each.document_id, passage.version_id, passage.id, passage.text)
            for each in found
            if (passage := each.source.passage)
        ]

    def departments(self, question: SuiteQuestion) -> Sequence[frozenset[str]]:
        routed = self._service.asking.route(self._asked(question))
        return [frozenset({each.department.id, each.department.name}) for each in routed]

    def source(self, version_id: str) -> StoredVersion | None:
        try:
            version = self._service.library.version(version_id)
        except VersionNotFound:
            return None
        return StoredVersion(version.document_id, version.text, self._service.library.interval(version_id))

    def described(self) -> Mapping[str, Any]:
        """The knobs are those of its answers; None before the first."""
        return {
            "asked": "in process",
            "knobs": asdict(self._knobs) if self._knobs else None,
            "embedding_model": self._service.texts.model.fingerprint,
            "segmenter": self._service.texts.segmenter.fingerprint,
            "knowledge": dict(self._service.library.counts()),
            "prompts_sha256": prompts_sha256(self._service.settings.prompts_dir),
            "corpus": corpus_described(self._service.records),
            "language_model": self._service.settings.llm_model or None,
        }

    def _asked(self, question: SuiteQuestion, conversation_id: str | None = None) -> Question:
        return self._service.asking.question(
            question.text,
            as_of=question.as_of,
            conversation_id=conversation_id,
            region=question.region,
            audience=question.audience,
            channel=CHANNEL,
        )
