"""A knowledge base made for one evaluation and thrown away after it, so that nothing planted reaches the real one."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.errors import EvaluationStopped
from ingestion.catalogue import read_departments, read_matters, take_confidence_model
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import importing, model_source, now, open_records, open_service

_ACTOR = "evaluation"


@contextmanager
def scratch_service(
    corpus: Path, *, llm_url: str | None = None, llm_model: str = "", now: Callable[[], datetime] = now
) -> Iterator[Service]:
    """The documents of a corpus folder, published, in a service of its own with the model of the settings at hand.
    ``now``: what it takes for it, when it is filled and when it is asked."""
    with TemporaryDirectory(prefix="kb-eval-") as folder:
        settings = scratch_settings(Path(folder), llm_url=llm_url, llm_model=llm_model)
        fill(settings, corpus, now)
        with open_service(settings, now=now) as service:
            service.synchroniser.reconcile()
            yield service


def scratch_settings(folder: Path, *, llm_url: str | None = None, llm_model: str = "") -> Settings:
    """A data folder of its own, with the embedding model of the settings at hand, and what was learnt with it."""
    usual = Settings()
    (models := folder / "models").mkdir(parents=True, exist_ok=True)
    for learnt in usual.models_dir.glob("examples-*.npz"):
        shutil.copy(learnt, models)  # anew it takes a minute
    return Settings(
        data_dir=folder,
        database_url=None,
        qdrant_url=None,
        embedding_model=model_source(usual),
        llm_url=llm_url,
        llm_model=llm_model,
    )


def plant(service: Service, records: Sequence[Mapping[str, Any]], *, publish: bool) -> list[str]:
    """Take records of the bulk format in as any bulk import does; what was refused, and why."""
    if not records:
        return []
    with TemporaryDirectory(prefix="kb-eval-") as folder:
        file = Path(folder) / "planted.jsonl"
        file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in records), encoding="utf-8")
        taking_in = importing(service.settings, service.records)
        imported = list(taking_in.run([file], actor=_ACTOR, publish=publish))
    service.synchroniser.reconcile()
    return [f"line {each.line}: {each.reason}" for each in imported if each.status == "refused"]


def fill(settings: Settings, corpus: Path, now: Callable[[], datetime]) -> None:
    """Departments, matters and documents of a corpus folder into a database; the index follows when it is opened.

    Raises EvaluationStopped for a folder that is none, and for one whose documents were not all taken in."""
    if not (corpus / "matters.yaml").exists():
        raise EvaluationStopped(
            f"{corpus} is not a corpus folder; it needs matters.yaml, departments.yaml and documents"
        )
    departments, matters = read_departments(corpus / "departments.yaml"), read_matters(corpus / "matters.yaml")
    with open_records(settings) as records:
        records.catalogue.replace(departments_=departments, matters_=matters, actor=_ACTOR, at=now())
        taken_in = list(importing(settings, records, now=now).run([corpus], actor=_ACTOR, publish=True))
    if refused := [f"{each.source}: {each.reason}" for each in taken_in if each.status == "refused"]:
        raise EvaluationStopped(f"{len(refused)} of the corpus were refused, the first {refused[0]}")
    take_confidence_model(corpus, settings.own_confidence_model)
