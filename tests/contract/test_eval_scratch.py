"""A knowledge base that an evaluation makes for itself."""

import shutil
from pathlib import Path

import pytest

from eval.errors import EvaluationStopped
from eval.scratch import fill
from kb_service.settings import Settings
from kb_service.wiring import now

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


def test_an_evaluation_stops_where_a_document_of_its_corpus_is_refused(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("matters.yaml", "departments.yaml"):
        shutil.copy(CORPUS / name, corpus)
    fields = "---\ntitle: 坏文件\neffective_from: 2026-13-40\n---\n"
    (corpus / "broken.md").write_text(f"{fields}# 坏文件\n", encoding="utf-8")
    with pytest.raises(EvaluationStopped, match="broken"):
        fill(Settings(data_dir=tmp_path / "data"), corpus, now)
