"""What a run has been told so far, kept as it goes, so that an interrupted run goes on where it stopped."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.errors import EvaluationStopped, RunNotFound
from eval.questions import SuitePart
from eval.scoring import Observed

_REPLIES, _STARTED = "so_far.jsonl", "started.json"
_OBSERVED = TypeAdapter(Observed)


class Journal:
    """A folder of a run that is not over. ``questions``: where its suite stands."""

    def __init__(self, folder: Path, questions: Path, part: SuitePart) -> None:
        self.folder, self.questions, self.part = folder, questions, part

    @classmethod
    def begin(cls, folder: Path, questions: Path, part: SuitePart, checksums: Mapping[str, str]) -> "Journal":
        folder.mkdir(parents=True)
        started = {"questions": str(questions.resolve()), "part": part.value, "question_files": dict(checksums)}
        (folder / _STARTED).write_text(json.dumps(started, ensure_ascii=False), encoding="utf-8")
        return cls(folder, questions, part)

    @classmethod
    def resume(cls, folder: Path) -> "Journal":
        """Raises RunNotFound where nothing is left to go on with."""
        file = folder / _STARTED
        if not file.exists():
            raise RunNotFound(f"{folder.name} is complete, or no run; there is nothing to go on with")
        started = json.loads(file.read_text(encoding="utf-8"))
        return cls(folder, Path(started["questions"]), SuitePart(started["part"]))

    def require_unchanged(self, checksums: Mapping[str, str]) -> None:
        """Raises EvaluationStopped where the suite is another one than at the start."""
        started = json.loads((self.folder / _STARTED).read_text(encoding="utf-8"))
        if started["question_files"] != dict(checksums):
            raise EvaluationStopped(f"the questions have changed since {self.folder.name} began; start a new run")

    def kept(self) -> dict[str, Observed]:
        """By question; a line that was cut off when the run was killed is asked again."""
        file = self.folder / _REPLIES
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        found: dict[str, Observed] = {}
        for line in lines:
            try:
                written = json.loads(line)
                found[written["id"]] = _OBSERVED.validate_python(written["observed"])
            except (ValueError, ValidationError):
                continue
        return found

    def keep(self, question_id: str, observed: Observed) -> None:
        line = {"id": question_id, "observed": _OBSERVED.dump_python(observed, mode="json")}
        with (self.folder / _REPLIES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """The run is written: nothing is left to go on with."""
        for name in (_REPLIES, _STARTED):
            (self.folder / name).unlink(missing_ok=True)
