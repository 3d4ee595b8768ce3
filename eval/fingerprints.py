"""Checksums of what the numbers of a run depend on: prompts, and the knowledge that was published."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kb_service.domain.documents import VersionState
from kb_service.records import Records


def prompts_sha256(folder: Path) -> str:
    """Over names and bytes of all files below the folder."""
    found = hashlib.sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        found.update(f"{file.relative_to(folder).as_posix()}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def corpus_described(records: Records) -> Mapping[str, Any]:
    """How much is published, and a checksum of it: the same texts with the same days give the same one, whenever and in
    whatever order they were taken in."""
    found, documents, versions = hashlib.sha256(), 0, 0
    for document_id in sorted(records.library.document_ids()):
        approved = [
            (str(each.metadata.effective_from), str(each.metadata.effective_to), each.metadata.title,
             hashlib.sha256(each.text.encode()).hexdigest())
            for each in records.library.versions_of(document_id)
            if each.state is VersionState.APPROVED
        ]  # fmt: skip
        documents, versions = documents + bool(approved), versions + len(approved)
        for each in sorted(approved):
            found.update("\0".join((document_id, *each, "")).encode())
    return {"documents": documents, "versions": versions, "sha256": found.hexdigest()}
