"""An answer as a chat message: its text, then what else the reader needs, as lines that any client can show."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb_service.api.streaming import ANSWER
from kb_service.domain.answers import Answer, Citation
from kb_service.domain.days import Interval
from kb_service.text.vocabulary import Words, load

MODEL = "kb"
# Nothing is counted in tokens where no model of tokens works.
USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@dataclass(frozen=True, slots=True)
class Replying:
    """``base_url``: under which the client reaches the service, with a slash at the end."""

    wording: Mapping[str, str]
    base_url: str

    def rest_of(self, answer: Answer) -> str:
        """What follows the text: the options to choose from, the notices, and a footnote for each citation."""
        options = answer.clarification.options if answer.clarification else ()
        blocks: list[Sequence[str]] = [
            [
                self.wording["option"].format(number=number, label=option.label)
                for number, option in enumerate(options, start=1)
                if option.label not in answer.text
            ],
            [notice.text for notice in answer.notices if notice.text not in answer.text],
            [self._footnote(citation) for citation in answer.citations],
        ]
        return "".join(f"\n\n{chr(10).join(lines)}" for lines in blocks if lines)

    def annotations(self, answer: Answer, content: str) -> list[dict[str, object]]:
        """One for each citation, where its mark first stands; indices are code points, the end exclusive.

        Without an address of its source it leads to the version in this service. ``kb_citation`` is all of it.
        """
        dumped = ANSWER.dump_python(answer, mode="json")["citations"]
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
            days += self.wording["from_day"].format(day=citation.effective_from)
        if last := Interval(citation.effective_from, citation.effective_to).last_valid_day:
            days += self.wording["until_day"].format(day=last)
        return self.wording["footnote"].format(
            mark=citation.mark, title=citation.title, place=" ".join(headings), days=days
        )


class DoorWords(Words):
    """`prompts/doors.yaml`; blanks in braces."""

    see_picture: str
    footnote: str
    from_day: str
    until_day: str
    option: str


@functools.cache
def door_wording(folder: Path) -> Mapping[str, str]:
    """By name; read once. Raises VocabularyFault."""
    return load(folder, "doors.yaml", DoorWords).model_dump()
