"""The pages with scripts and their assets, served from memory with a strict content security policy."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request, Response

from kb_service.console.words import words_for_scripts

_HERE = Path(__file__).parent

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# Answers, questions and documents are hostile until proven otherwise. The pages write text only as text; these
# headers hold even where the pages err: no inline script, no foreign origin, no HTML parsed from a string.
_SAME_ORIGIN = (
    "default-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_STRICT = (
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self' blob:",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
# Swagger UI styles its elements one by one, and keeps its icons in its style sheet.
_OF_SWAGGER_UI = ("style-src 'self' 'unsafe-inline'", "img-src 'self' data:")
HEADERS = {
    "Content-Security-Policy": "; ".join((*_SAME_ORIGIN, *_STRICT)),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Pages and modules change together at an upgrade: always revalidate, answered with 304 when nothing changed.
    "Cache-Control": "no-cache",
}


_DOCS_HEADERS = {**HEADERS, "Content-Security-Policy": "; ".join((*_SAME_ORIGIN, *_OF_SWAGGER_UI))}


@dataclass(frozen=True, slots=True)
class _StaticFile:
    content: bytes
    media_type: str
    etag: str


def pages_router(prompts_dir: Path, *, attachment_mb: int | None = None) -> APIRouter:
    """Routes ``/`` (chat), ``/desk`` (a helper's search and talks), ``/docs`` (the interface, described) and
    ``/assets/{name}``. Reads its files once, here.

    Raises VocabularyFault where `screens.yaml` in ``prompts_dir`` does not fit.
    """
    router = APIRouter(include_in_schema=False)
    chat, desk = _read(_HERE / "chat.html"), _read(_HERE / "desk.html")
    asset_by_name = {**_assets(), "words.js": _script(words_for_scripts(prompts_dir, attachment_mb=attachment_mb))}

    @router.get("/")
    def chat_page(request: Request) -> Response:
        return _respond(chat, request)

    @router.get("/desk")
    def desk_page(request: Request) -> Response:
        return _respond(desk, request)

    docs, swagger_ui = _read(_HERE / "docs.html"), _swagger_ui()

    @router.get("/docs")
    def docs_page(request: Request) -> Response:
        return _respond(docs, request, _DOCS_HEADERS)

    @router.get("/docs/{name}")
    def docs_asset(name: str, request: Request) -> Response:
        file = swagger_ui.get(name)
        return Response(status_code=404, headers=HEADERS) if file is None else _respond(file, request)

    @router.get("/assets/{name}")
    def asset(name: str, request: Request) -> Response:
        file = asset_by_name.get(name)
        return Response(status_code=404, headers=HEADERS) if file is None else _respond(file, request)

    return router


def _assets() -> Mapping[str, _StaticFile]:
    # A fixed list read beforehand: a request names a key, never a path.
    paths = sorted(path for path in (_HERE / "assets").iterdir() if path.suffix in _MEDIA_TYPES)
    return {path.name: _read(path) for path in paths}


def _swagger_ui() -> Mapping[str, _StaticFile]:
    """From a package that has it whole, so that nothing is fetched from the internet."""
    folder = files("fastapi_standalone_docs") / "static" / "swagger"
    names = ("swagger-ui.css", "swagger-ui-bundle.js")
    return {name: _static_file((folder / name).read_bytes(), Path(name).suffix) for name in names}


def _script(value_of: Mapping[str, object]) -> _StaticFile:
    # A module of its own: the policy forbids scripts within the page, and JSON would have to be fetched before drawing.
    lines = [f"export const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in value_of.items()]
    return _static_file("".join(lines).encode(), ".js")


def _read(path: Path) -> _StaticFile:
    return _static_file(path.read_bytes(), path.suffix)


def _static_file(content: bytes, suffix: str) -> _StaticFile:
    return _StaticFile(content, _MEDIA_TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _respond(file: _StaticFile, request: Request, its_headers: Mapping[str, str] = HEADERS) -> Response:
    headers = {**its_headers, "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)
