"""Real `kb` processes on a data folder of their own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.scratch import fill
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.data_folders import furnish

ROOT = Path(__file__).resolve().parents[2]


class Kb:
    """Runs `kb` as an operator would; ``data_dir`` is its world."""

    def __init__(self, data_dir: Path, models_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        furnish(data_dir, models_dir)
        self.data_dir = data_dir
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        self.environment["KB_DATA_DIR"] = str(data_dir)
        self._servers: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from kb_service.cli import main; main()", *arguments]
        return subprocess.Popen(
            command, env=self.environment | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """What it printed; of a failure what it complained of."""
        process = self.start(*arguments)
        out, complaints = process.communicate(timeout=240)
        assert process.returncode == code, f"kb {' '.join(arguments)}: {process.returncode}\n{out}\n{complaints}"
        return out if code == 0 else complaints

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def serve(self) -> str:
        """The address of a server that is ready."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = self.start("serve", "--port", str(port))
        self._servers.append(server)
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 240  # long, for a machine that does much else
        while time.monotonic() < deadline:
            assert server.poll() is None, server.communicate()
            try:
                if httpx.get(f"{address}/readyz", trust_env=False).status_code == 200:
                    return address
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("kb serve was not ready within four minutes")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        server = self._servers.pop()
        server.send_signal(how)
        server.communicate(timeout=60)
        return server.returncode

    def close(self) -> None:
        while self._servers:
            self.stop(signal.SIGKILL)


@pytest.fixture
def kb(tmp_path: Path, models_dir: Path) -> Iterator[Kb]:
    command = Kb(tmp_path / "data", models_dir)
    yield command
    command.close()


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Path:
    """A data folder with the demonstration corpus, published and in the index: it takes a minute to make."""
    folder = tmp_path_factory.mktemp("demonstration")
    furnish(folder, models_dir)
    settings = Settings(data_dir=folder)
    fill(settings, ROOT / "corpus", now)
    with open_service(settings) as service:
        service.synchroniser.reconcile()
    return folder


@pytest.fixture(scope="module")
def demonstration(filled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over a copy of it, for one module."""
    folder = tmp_path_factory.mktemp("copied") / "data"
    shutil.copytree(filled_folder, folder, symlinks=True)
    with open_service(Settings(data_dir=folder)) as service:
        yield service
