"""Domain errors to HTTP statuses: one table, one handler."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kb_service.api.streaming import INTERNAL
from kb_service.api.unsniffed import HEADERS
from kb_service.domain import errors

STATUS_OF: dict[type[errors.KbError], int] = {
    errors.AnswerNotFound: 404,
    errors.BackupRefused: 409,
    errors.CalendarYearUnknown: 409,
    errors.EmbeddingModelUnavailable: 503,
    errors.FileRefused: 422,
    errors.IndexMismatch: 503,
    errors.IndexOwnedElsewhere: 409,
    errors.IndexUnavailable: 503,
    errors.InvalidInterval: 422,
    errors.InvalidKey: 422,
    errors.InvalidPerson: 422,
    errors.InvalidPoint: 500,
    errors.InvalidRecord: 422,
    errors.KeyNotFound: 404,
    errors.ModelUnavailable: 503,
    errors.NotAllowed: 403,
    errors.NotEnoughSpace: 507,
    errors.PictureRefused: 422,
    errors.QuestionEmpty: 422,
    errors.QuestionNotText: 422,
    errors.QuestionTooLong: 422,
    errors.RecordsUnavailable: 503,
    errors.Unauthenticated: 401,
    errors.UnknownMatter: 422,
    errors.DocumentNotFound: 404,
    errors.LateReasonMissing: 409,
    errors.ReasonMissing: 422,
    errors.RehearsalRunning: 409,
    errors.SecondPersonNeeded: 403,
    errors.SuspicionDecided: 409,
    errors.SuspicionNotFound: 404,
    errors.VersionChanged: 412,
    errors.VersionNotApproved: 409,
    errors.VersionNotDraft: 409,
    errors.VersionNotFound: 404,
    errors.VersionNotInReview: 409,
    errors.VersionsContradict: 409,
    errors.BatchNotFound: 404,
    errors.TooManyRehearsals: 429,
    errors.UploadNotFound: 404,
    errors.UploadNotRetryable: 409,
    errors.UploadTakenOver: 409,
    errors.UploadTooLarge: 413,
    errors.ServiceUnreachable: 503,
    errors.VocabularyFault: 500,
}


def register(app: FastAPI) -> None:
    """Every error leaves as ``{"error": name, "detail": sentence}``."""

    @app.exception_handler(errors.KbError)
    def _domain(_request: Request, error: errors.KbError) -> JSONResponse:
        response = _body(type(error).__name__, str(error), STATUS_OF[type(error)])
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response.headers["Retry-After"] = "5"
        return response

    @app.exception_handler(RequestValidationError)
    def _request(_request: Request, error: RequestValidationError) -> JSONResponse:
        return _body("RequestInvalid", faults_of(error), 422)

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> JSONResponse:
        response = _body(
            HTTPStatus(error.status_code).phrase.title().replace(" ", ""), str(error.detail), error.status_code
        )
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(ClientDisconnect)
    def _left(_request: Request, _error: ClientDisconnect) -> JSONResponse:
        return _body("RequestBrokenOff", "the request ended before its body did", 400)

    @app.exception_handler(Exception)
    def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
        return _body(*INTERNAL, 500)


def faults_of(error: RequestValidationError) -> str:
    """Each with the place of its field."""
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors())


def sendable(detail: str) -> str:
    """A sentence may quote what was sent, and half a surrogate pair has no bytes."""
    return detail.encode(errors="backslashreplace").decode()


def _body(name: str, detail: str, status: int) -> JSONResponse:
    return JSONResponse({"error": name, "detail": sendable(detail)}, status_code=status, headers=HEADERS)
