"""Which questions a rehearsal asks: the version's own, what was asked lately of its matter, then the suite's."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from kb_service.domain.documents import Audience, Version
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.privacy import masked
from kb_service.publishing.rehearsal import MOST_QUESTIONS, KnownQuestion

_MOST_RECENT = 60


class KnownQuestions:
    def __init__(
        self,
        *,
        suite: Path,
        matter_of: Callable[[str], str | None],
        recent: Callable[[str, int], Sequence[str]],
    ) -> None:
        """``suite``: a folder of `.jsonl` files, may be absent. ``recent``: asked of a matter, newest first."""
        self._suite = suite
        self._matter_of = matter_of
        self._recent = recent

    def near(self, version: Version) -> Sequence[KnownQuestion]:
        """At most 200, no text twice; of the suite those of the version's matter first."""
        metadata = version.metadata
        own = [metadata.question, *metadata.similar_questions] if metadata.question else []
        found = [KnownQuestion(text, "own", metadata.region, metadata.audience) for text in own if text]
        if metadata.matter_id:
            found += [KnownQuestion(masked(text), "recent") for text in self._recent(metadata.matter_id, _MOST_RECENT)]
        suite = self.suite()
        matters = [self._matter_of(each.text) if metadata.matter_id else None for each in suite]
        near = [each for each, matter in zip(suite, matters, strict=True) if matter == metadata.matter_id]
        far = [each for each, matter in zip(suite, matters, strict=True) if matter != metadata.matter_id]
        once = {each.text: each for each in reversed([*found, *near, *far])}
        return list(reversed(list(once.values())))[:MOST_QUESTIONS]

    def suite(self) -> list[KnownQuestion]:
        """Raises InvalidRecord for a line that is no question."""
        files = sorted(self._suite.glob("*.jsonl")) if self._suite.is_dir() else []
        found = []
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                if line.strip() and (question := _question(line, f"{file.name}:{number}")):
                    found.append(question)
        return found


def _question(line: str, where: str) -> KnownQuestion | None:
    """None for one that is out of scope: no document changes what is said to it."""
    try:
        record = json.loads(line)
        if not record.get("in_scope", True):
            return None
        audience = Audience(record["audience"]) if record.get("audience") else None
        return KnownQuestion(record["question"], "suite", record.get("region"), audience)
    except (ValueError, KeyError, AttributeError) as error:
        raise InvalidRecord(f"{where} is no question of a suite: {error}") from error
