"""An answer as a chat message: its text, then what else the reader needs, as lines that any client can show."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from kb_service.api.door_words import DoorWords
from kb_service.domain.answers import Answer, Citation, Method
from kb_service.domain.days import Interval

MODEL = "kb"
# Nothing is counted in tokens where no model of tokens works.
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
_CITATIONS = TypeAdapter(tuple[Citation, ...])


@dataclass(frozen=True, slots=True)
class Replying:
    """``base_url``: under which the client reaches the service, with a slash at the end."""

    words: DoorWords
    base_url: str

    def rest_of(self, answer: Answer) -> str:
        """What follows the text: the options to choose from, the notices, a footnote for each citation, and
        that a model wrote it, where one did."""
        options = answer.clarification.options if answer.clarification else ()
        blocks: list[Sequence[str]] = [
            [
                self.words.option.format(number=number, label=option.label)
                for number, option in enumerate(options, start=1)
                if option.label not in answer.text
            ],
            [notice.text for notice in answer.notices if notice.text not in answer.text],
            [self._footnote(citation) for citation in answer.citations],
            [self.words.produced_by[Method.MODEL_CHECKED]] if answer.method is Method.MODEL_CHECKED else [],
        ]
        return "".join(f"\n\n{chr(10).join(lines)}" for lines in blocks if lines)

    def annotations(self, answer: Answer, content: str) -> list[dict[str, object]]:
        """One for each citation, where its mark first stands; indices are code points, the end exclusive.

        Without an address of its source it leads to the version in this service. ``kb_citation`` is all of it.
        """
        dumped = _CITATIONS.dump_python(answer.citations, mode="json")
        return [
            self._annotation(citation, content, whole) for citation, whole in zip(answer.citations, dumped, strict=True)
        ]

    def message(self, answer: Answer) -> dict[str, object]:
        content = answer.text + self.rest_of(answer)
        return {"role": "assistant", "content": content, "annotations": self.annotations(answer, content)}

    def _annotation(self, citation: Citation, content: str, whole: object) -> dict[str, object]:
        mark = f"[{citation.mark}]"
        start = content.find(mark)
        address = citation.source_url or f"{self.base_url}v1/versions/{citation.version_id}"
        place = {"start_index": start, "end_index": start + len(mark), "title": citation.title, "url": address}
        return {"type": "url_citation", "url_citation": place, "kb_citation": whole}

    def _footnote(self, citation: Citation) -> str:
        headings = [each for each in citation.heading_path if each != citation.title]
        days = ""
        if citation.effective_from is not None:
            days += self.words.from_day.format(day=citation.effective_from)
        if last := Interval(citation.effective_from, citation.effective_to).last_valid_day:
            days += self.words.until_day.format(day=last)
        return self.words.footnote.format(mark=citation.mark, title=citation.title, place=" ".join(headings), days=days)
