"""The application under test behind a real server on loopback."""

import contextlib
import threading
import time
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from ingestion.reading_pictures import PictureReading
from kb_service.api import chat_completions
from kb_service.api.app import create_app
from kb_service.service import Service


def app_of(service: Service, pictures: PictureReading | None = None) -> FastAPI:
    app = create_app(service)
    if not any(getattr(route, "path", "") == "/v1/chat/completions" for route in app.routes):
        app.include_router(chat_completions.router)
    if pictures is not None:
        app.state.pictures = pictures
    return app


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Its address, without a slash at the end."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the service did not start within 20 seconds")
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)
