"""The pages served for real, before a service on loopback that gives canned replies and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import uvicorn
from fastapi import Body as RequestBody
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, StreamingResponse

from kb_service.console.pages import pages_router
from kb_service.settings import Settings
from tests.browser import canned

Body = Annotated[canned.Json, RequestBody()]


@dataclass(slots=True)
class StubService:
    """``address`` is where it listens; the lists hold the bodies and parameters received, in order."""

    address: str = ""
    asked: list[canned.Json] = field(default_factory=list)
    feedback: list[canned.Json] = field(default_factory=list)
    searched: list[dict[str, str]] = field(default_factory=list)
    streams: bool = True
    fault: str | None = None
    announcements: list[canned.Json] = field(default_factory=list)

    def forget(self) -> None:
        self.asked.clear()
        self.feedback.clear()
        self.searched.clear()
        self.announcements.clear()
        self.streams, self.fault = True, None


def app_of(stub: StubService) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.include_router(pages_router(Settings().prompts_dir))
    _add_answers(app, stub)
    _add_search(app, stub)
    return app


def _add_answers(app: FastAPI, stub: StubService) -> None:
    @app.post("/v1/answers")
    def ask(body: Body) -> Response:
        stub.asked.append(body)
        if stub.fault == "refused":
            return JSONResponse(
                {"error": "QuestionTooLong", "detail": "…", "message": "问题太长，请精简。"}, status_code=422
            )
        if stub.fault == "unknown":
            return JSONResponse({"error": "Unauthenticated", "detail": "…"}, status_code=401)
        if stub.fault == "unreadable":
            return JSONResponse(
                {"error": "PictureRefused", "detail": "…", "message": "截图没有读出来，请换一张。"}, status_code=422
            )
        made = canned.answer_to(body["question"], body.get("matter_id")) | {"as_of": body.get("as_of", canned.TODAY)}
        if not (body.get("stream") and stub.streams):
            return JSONResponse(made)
        return StreamingResponse(_events(made, stub.fault), media_type="text/event-stream")

    @app.get("/v1/answers/{answer_id}")
    def stored(answer_id: str) -> Response:
        made = canned.ANSWERS.get(answer_id)
        return JSONResponse(made) if made else JSONResponse({"error": "AnswerNotFound", "detail": "…"}, status_code=404)

    @app.post("/v1/answers/{answer_id}/feedback", status_code=204)
    def feedback(answer_id: str, body: Body) -> None:
        stub.feedback.append({"answer_id": answer_id, **body})

    @app.get("/v1/announcements")
    def announcements() -> canned.Json:
        return {"announcements": stub.announcements}

    @app.get("/v1/versions/{version_id}")
    def version(version_id: str) -> canned.Json:
        return canned.VERSIONS[version_id]


def _refusal(name: str, message: str) -> Response:
    return JSONResponse({"error": name, "detail": "…", "message": message}, status_code=422)


def _events(made: canned.Json, fault: str | None) -> Iterator[str]:
    def event(name: str, data: Any) -> str:
        return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"

    yield ": keep-alive\n\n"
    yield event("progress", {"stage": "searching"})
    if fault == "cut off":
        return
    if fault == "error":
        yield event("error", {"error": "IndexUnavailable", "detail": "…"})
        return
    yield event("evidence", {"evidence": made["evidence"]})
    for start in range(0, len(made["text"]), 16):
        yield event("text", {"text": made["text"][start : start + 16]})
    yield event("answer", made)


def _add_search(app: FastAPI, stub: StubService) -> None:
    @app.get("/v1/search")
    def search(question: str, as_of: str = "", kind: str = "", region: str = "", limit: int = 20) -> canned.Json:
        stub.searched.append({"question": question, "as_of": as_of, "kind": kind, "region": region})
        if question == "居住":
            time.sleep(0.6)  # the early letters of a question, answered after the later ones
            return {"hits": [canned.hit("v-old", "每两年签注一次", 0.5)]}
        hits = [] if "火星" in question else canned.HITS
        return {"hits": [each for each in hits if not kind or each["kind"] == kind][:limit]}

    @app.post("/v1/routes")
    def routes(body: Body) -> canned.Json:
        if "火星" in body["question"]:
            return {"departments": []}
        return {"departments": [canned.POLICE | {"score": 0.9, "reason": "matter"}]}


def serve(stub: StubService) -> tuple[uvicorn.Server, threading.Thread]:
    """Starts on a free loopback port and fills in ``stub.address``."""
    server = uvicorn.Server(uvicorn.Config(app_of(stub), host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the stub service did not start within two minutes")
        time.sleep(0.02)
    stub.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    return server, thread
