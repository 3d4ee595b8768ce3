"""`kb ingest`: rows first, then what the index needs of them, with a progress bar."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ingestion.catalogue import read_departments, read_matters, take_confidence_model
from ingestion.importing import Imported
from ingestion.parsing.blocks import ParsedFile
from ingestion.reading_child import ReadingFailed
from ingestion.refusing import Tell, require_refused_file, write_refused
from ingestion.sources import files_in
from kb_service.api.messages import messages
from kb_service.commands import owner_of
from kb_service.domain.errors import FileRefused
from kb_service.domain.people import person_id
from kb_service.intake_wiring import reading_children
from kb_service.records import Records
from kb_service.settings import Settings
from kb_service.wiring import importing, now, open_records, open_service, open_texts

_DOCUMENTS_A_REQUEST = 64


@dataclass(frozen=True, slots=True)
class Purpose:
    """``publish``: approved as a trusted bulk import, under the actor's name; ``dry_run``: nothing is stored."""

    publish: bool
    dry_run: bool
    actor: str

    @property
    def person_id(self) -> str:
        return person_id(self.actor)


def run(settings: Settings, paths: list[Path], purpose: Purpose, *, refused_to: Path | None, as_json: bool) -> int:
    """Take in what the paths hold; the number of files and records that were refused, which ``refused_to`` gets."""
    if refused_to is not None:
        require_refused_file(refused_to, list(files_in(paths)))
    owner = owner_of(settings)  # first: a data folder that another import holds is said before any work
    sources = [path for path in paths if path.suffix not in {".yaml", ".yml"}]
    with open_records(settings) as records:
        if purpose.dry_run:
            imported = importing(settings, records).dry_run(sources)
        else:
            described = _take_catalogues(records, paths, purpose.person_id)
            if described and owner:
                owner.catalogue_changed()
            if described and not as_json:
                print(f"catalogue: {described}", flush=True)
            if purpose.publish:
                _take_confidence_model(settings, paths)
            imported = importing(settings, records).run(sources, actor=purpose.person_id, publish=purpose.publish)
        tell = messages(settings.prompts_dir).of_cause
        refused = _report(imported, tell, as_json=as_json)
        if refused_to is not None and (left_out := write_refused(refused_to, refused, tell=tell)):
            print(f"{left_out} refused records do not fit into {refused_to.name}; a .jsonl takes all", file=sys.stderr)
        behind = list(records.library.unsynced())
        if behind and not purpose.dry_run:
            _follow(settings, records, behind)
    return len(refused)


def parsed_file(settings: Settings, file: Path) -> ParsedFile:
    """What the parser makes of a file, read as any other. Raises FileRefused."""
    with closing(reading_children(settings)) as children:
        try:
            return children.parsed(file)
        except ReadingFailed as error:
            raise FileRefused(f"{file.name}: {error}", error.cause) from error


def _take_catalogues(records: Records, paths: Sequence[Path], actor: str) -> str:
    """Departments and matters that stand among the paths or in a corpus folder among them; how many of each."""
    files = [path / name for path in paths if path.is_dir() for name in ("departments.yaml", "matters.yaml")]
    files += [path for path in paths if path.is_file()]
    departments = [
        each for path in files if path.name == "departments.yaml" and path.exists() for each in read_departments(path)
    ]
    matters = [each for path in files if path.name == "matters.yaml" and path.exists() for each in read_matters(path)]
    records.catalogue.replace(departments_=departments, matters_=matters, actor=actor, at=now())
    counted = {"departments": len(departments), "matters": len(matters)}
    return ", ".join(f"{number} {name}" for name, number in counted.items() if number)


def _take_confidence_model(settings: Settings, paths: Sequence[Path]) -> None:
    for path in paths:
        if path.is_dir() and take_confidence_model(path, settings.own_confidence_model):
            print(f"answers go by the confidence model of {path} from the next start on", file=sys.stderr)


def _report(imported: Iterator[Imported], tell: Tell, *, as_json: bool) -> list[Imported]:
    """Print what became of each, or the refusals (at once, on stderr) and a sum at the end; the refused ones."""
    refused: list[Imported] = []
    counted: Counter[str] = Counter()
    passages = 0
    for each in imported:
        counted[each.status] += 1
        passages += each.passages
        if not as_json:
            for note in each.notes:
                print(f"note: {each.source}: {note}", file=sys.stderr, flush=True)
        if each.status == "refused":
            refused.append(each)
        if as_json:
            shown = {name: value for name, value in asdict(each).items() if name not in ("content", "cause")}
            shown["message"] = tell(each.cause) if each.cause else None
            print(json.dumps(shown, ensure_ascii=False), flush=True)
        elif each.status == "refused":
            where = each.source if each.line is None else f"{each.source}:{each.line}"
            print(f"refused: {where}: {each.reason}", file=sys.stderr, flush=True)
    if not as_json:
        parts = [f"{number} {status}" for status, number in sorted(counted.items())]
        print(f"{', '.join(parts) or 'no documents found'} ({passages} passages)", flush=True)
    return refused


def _follow(settings: Settings, records: Records, behind: list[str]) -> None:
    """Embed, and let the index follow: through whoever owns it by now, or as its owner."""
    owner = owner_of(settings)
    passages = records.library.passages_of_documents(behind)
    every = [each for found in passages.values() for each in found]
    total = len(every) + sum(len(each.metadata.similar_questions) for each in every if each.passage.ordinal == 0)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("embedding and indexing passages", total=total)

        def advance(done: int) -> None:
            progress.advance(task, done)

        if owner is not None:
            texts = open_texts(settings, records)
            for at in range(0, len(behind), _DOCUMENTS_A_REQUEST):
                some = behind[at : at + _DOCUMENTS_A_REQUEST]
                texts.preparing.prepare(some, advance=advance)
                owner.sync(some)
            return
        with open_service(settings) as service:
            service.synchroniser.sync(behind, advance=advance)
            if service.has_long_tail:
                progress.update(task, description="building the graph")
                service.rebuild()
