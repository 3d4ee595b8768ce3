"""A folder with an ONNX model: how it is to be used (kb_model.json), and what was built into it (manifest.json)."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb_service.domain.errors import EmbeddingModelUnavailable

MODEL_NAME = "multilingual-e5-small"
USAGE_FILE, MANIFEST_FILE, HASHES_FILE = "kb_model.json", "manifest.json", "hashes.json"


class Precision(StrEnum):
    INT8 = "int8"
    Q4 = "q4"
    FLOAT32 = "fp32"  # only to make the reference vectors


GRAPH_FILE_OF = {Precision.INT8: "model.onnx", Precision.Q4: "model_q4.onnx"}


class ModelUsage(BaseModel):
    """kb_model.json. What is left out is read from config.json or has the commonest value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    dimensions: int = Field(default=0, ge=0)  # 0: the hidden_size of config.json
    pooling: Literal["mean", "cls", "last_token", "disabled"] = "mean"
    question_prefix: str = ""
    passage_prefix: str = ""
    model_file: str = "model.onnx"


class BuiltFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int


class ModelManifest(BaseModel):
    """manifest.json, written last by the builder. ``cosines``: the lowest against the references, by precision."""

    model_config = ConfigDict(frozen=True)

    model: str
    builder: int
    precision: str
    source: str
    source_sha256: str
    vocabulary: int
    cosines: Mapping[str, float]
    files: Mapping[str, BuiltFile]


def usage_of(folder: Path) -> ModelUsage:
    """Raises EmbeddingModelUnavailable, naming the file and the field, when the folder does not say enough."""
    path = folder / USAGE_FILE
    try:
        usage = ModelUsage.model_validate_json(path.read_bytes()) if path.exists() else ModelUsage()
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"]) or "the whole file"
        raise EmbeddingModelUnavailable(f"{path} is wrong at {field}: {fault['msg']}; correct it") from error
    if not usage.dimensions:
        usage = usage.model_copy(update={"dimensions": _hidden_size(folder)})
    for needed in (usage.model_file, "tokenizer.json", "tokenizer_config.json"):
        if not (folder / needed).is_file():
            raise EmbeddingModelUnavailable(
                f"the model folder {folder} lacks {needed}; put it there, or run `make model` to build the folder again"
            )
    return usage


def manifest_of(folder: Path) -> ModelManifest | None:
    """The manifest of a complete folder: every file it names is there in its size. None otherwise."""
    try:
        manifest = ModelManifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    sizes_agree = all(
        (folder / name).is_file() and (folder / name).stat().st_size == built.bytes
        for name, built in manifest.files.items()
    )
    return manifest if sizes_agree else None


def fingerprint_of(folder: Path, usage: ModelUsage) -> str:
    """A hash of all that decides a vector: graph, external weights, tokenizer, pooling and prefixes."""
    settings = [usage.pooling, usage.question_prefix, usage.passage_prefix, str(usage.dimensions)]
    parts = [f"{name}:{sha256}" for name, sha256 in sorted(_hashes(folder, usage.model_file).items())]
    return hashlib.sha256("\n".join(parts + settings).encode()).hexdigest()[:32]


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def _hidden_size(folder: Path) -> int:
    try:
        return int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"])
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise EmbeddingModelUnavailable(
            f"nothing says how many dimensions the model in {folder} has; write `dimensions` in its {USAGE_FILE}"
        ) from error


def _hashes(folder: Path, model_file: str) -> dict[str, str]:
    """The sha256 by name of the files that decide a vector; of a built folder from its manifest."""
    names = [path.name for path in folder.iterdir() if _decides_vectors(path)]
    names = sorted({*names, model_file})
    manifest = manifest_of(folder)
    if manifest is not None and set(names) <= set(manifest.files):
        return {name: manifest.files[name].sha256 for name in names}
    return _remembered_hashes(folder, names)


def _decides_vectors(path: Path) -> bool:
    """External weights lie beside the graph under any name; other graphs and notes about the model do not count."""
    if not path.is_file() or path.name.startswith(".") or path.name in {USAGE_FILE, MANIFEST_FILE, HASHES_FILE}:
        return False
    return path.name in {"tokenizer.json", "tokenizer_config.json"} or path.suffix in {".bin", ".data", ".onnx_data"}


def _remembered_hashes(folder: Path, names: list[str]) -> dict[str, str]:
    """Hashing half a gigabyte takes a second: kept with size and time of change, where the folder can be written."""
    path = folder / HASHES_FILE
    try:
        known: dict[str, list[object]] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    found: dict[str, list[object]] = {}
    for name in names:
        state = (folder / name).stat()
        entry = known.get(name, [])
        is_known = entry[:2] == [state.st_size, state.st_mtime_ns] and len(entry) == 3
        found[name] = entry if is_known else [state.st_size, state.st_mtime_ns, file_sha256(folder / name)]
    if found != known:
        with contextlib.suppress(OSError):  # a folder that only root may write: hashed again at each start
            write_atomically(path, json.dumps(found))
    return {name: str(entry[2]) for name, entry in found.items()}
