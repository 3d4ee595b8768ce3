"""A knowledge base of a given size, quickly: each text is embedded once and kept; copies get its vector with noise."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.bench.articles import Law, LawTexts
from ingestion.preparing import batches
from ingestion.surfaces import Surface
from kb_service.ports import ComputedTexts, Vector
from kb_service.records import Records
from kb_service.service import Texts
from kb_service.settings import Settings
from kb_service.wiring import importing, open_records, open_service, open_texts

_SEED = 20260701
# Noise of this length on a unit vector leaves a cosine of about .96: near, like another edition of the same rule.
_NOISE = 0.3
_EMBEDDED_AT_ONCE = 128
_DOCUMENTS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Filled:
    passages: int
    embedded: int
    copies: int


def fill(settings: Settings, texts: LawTexts, *, passages: int, kept: ComputedTexts) -> Filled:
    """Import the laws, and numbered copies of them until there are ``passages``, then build the index.

    ``kept`` is the store of vectors that outlives the data folder; killed in the middle, it goes on where it stopped.
    """
    base = {f"law-{number}": law for number, law in enumerate(texts.laws)}
    with open_records(settings) as records:
        _import(settings, records, base)
        tools = open_texts(settings, records)
        embedded = _embed(records, tools, kept, list(records.library.document_ids()))
        copies = _copy(settings, records, tools, base, passages)
    with open_service(settings) as service:
        service.synchroniser.reconcile(advance=_Progress("indexing"))
        service.rebuild(advance=_Progress("building the graph"))
        return Filled(service.library.counts()["passages"], embedded, copies)


def _import(settings: Settings, records: Records, law_of: Mapping[str, Law], *, suffix: str = "") -> None:
    file = settings.data_dir / "bench.jsonl"
    write_records(file, law_of, suffix=suffix)
    for each in importing(settings, records).run([file], actor="bench", publish=True):
        if each.reason:
            print(f"left out: {each.document_id}: {each.reason}", file=sys.stderr)


def write_records(file: Path, law_of: Mapping[str, Law], *, suffix: str = "", since: str = "2020-01-01") -> None:
    """Bulk format, by document id."""
    records = (law.record(each, suffix=suffix, since=since) for each, law in law_of.items())
    file.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")


def _embed(records: Records, tools: Texts, kept: ComputedTexts, document_ids: Sequence[str]) -> int:
    """Vectors of these documents, computed where they are not kept; how many were."""
    advance = _Progress("embedding")
    computed = 0
    for some in batches(document_ids, _DOCUMENTS_AT_ONCE):
        for surfaces in batches(_surfaces(records, tools, some), _EMBEDDED_AT_ONCE):
            keys = [each.dense_key for each in surfaces]
            known = dict(kept.embeddings(tools.model.fingerprint, keys))
            missing = {each.dense_key: each.dense_text for each in surfaces if each.dense_key not in known}
            if missing:
                vectors = tools.model.embed_passages(list(missing.values()))
                new = dict(zip(missing, vectors, strict=True))
                kept.add_embeddings(tools.model.fingerprint, new)
                known |= new
                computed += len(new)
            records.computed.add_embeddings(tools.model.fingerprint, known)
            advance(len(surfaces))
    return computed


def _copy(settings: Settings, records: Records, tools: Texts, base: Mapping[str, Law], passages: int) -> int:
    """Numbered editions of the laws until there are enough passages; how many passages they have."""
    advance = _Progress("copying")
    noise = np.random.default_rng(_SEED)
    before = have = records.library.counts()["passages"]
    edition = 0
    while have < passages:
        edition += 1
        for some in batches(list(base), _DOCUMENTS_AT_ONCE):
            if have >= passages:
                break
            law_of = {f"{each}-{edition}": base[each] for each in some}
            _import(settings, records, law_of, suffix=f"（第{edition}版）")
            vectors = _noisy(records, tools, some, list(law_of), noise)
            records.computed.add_embeddings(tools.model.fingerprint, dict(vectors))
            now = records.library.counts()["passages"]
            advance(now - have)
            have = now
    return have - before


def _noisy(
    records: Records, tools: Texts, originals: Sequence[str], copies: Sequence[str], noise: np.random.Generator
) -> Iterator[tuple[str, Vector]]:
    own, copied = _surfaces(records, tools, originals), _surfaces(records, tools, copies)
    vector_of = records.computed.embeddings(tools.model.fingerprint, [each.dense_key for each in own])
    for original, copy in zip(own, copied, strict=True):
        vector = vector_of[original.dense_key]
        moved = vector + _NOISE * noise.standard_normal(len(vector)) / np.sqrt(len(vector))
        yield copy.dense_key, (moved / np.linalg.norm(moved)).astype(np.float32)


def _surfaces(records: Records, tools: Texts, document_ids: Sequence[str]) -> list[Surface]:
    """In order of the documents, then of their texts."""
    passages_of = records.library.passages_of_documents(document_ids)
    return [surface for each in document_ids for surface in tools.preparing.surfaces(passages_of[each])]


class _Progress:
    """Counts on stderr, now and then."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done = self._reported = 0

    def __call__(self, done: int) -> None:
        self._done += done
        if self._done - self._reported >= 1000:
            print(f"{self._name}: {self._done}", file=sys.stderr, flush=True)
            self._reported = self._done
