"""Domain errors to HTTP statuses: one table, one handler."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from kb_service.api.messages import message_for, messages_for
from kb_service.api.refusals import refusal
from kb_service.api.request_metrics import REQUEST_ID, request_id
from kb_service.api.streaming import INTERNAL
from kb_service.console.words import screen_words
from kb_service.domain import errors, learning_errors

STATUS_OF: dict[type[errors.KbError], int] = {
    errors.AnnouncementNotFound: 404,
    errors.AnswerNotFound: 404,
    errors.AttachmentNotFound: 404,
    errors.AttachmentRefused: 422,
    errors.AttachmentTooLarge: 413,
    errors.ApprovalNotYours: 403,
    errors.BackupRefused: 409,
    errors.CalendarYearUnknown: 409,
    errors.CannedReplyNotFound: 404,
    errors.ConfirmationMissing: 409,
    errors.ConversationAmbiguous: 409,
    errors.ConversationNotFound: 404,
    errors.EmbeddingModelUnavailable: 503,
    errors.EscalationChanged: 412,
    errors.EscalationNotThere: 404,
    learning_errors.AlreadyJudged: 409,
    learning_errors.NothingToJudge: 409,
    learning_errors.NotSettled: 409,
    learning_errors.NoGainShown: 409,
    learning_errors.NothingProposed: 409,
    learning_errors.ProposalDeclined: 409,
    learning_errors.SampledQuestionNotFound: 404,
    learning_errors.FeedbackNotFound: 404,
    learning_errors.FeedbackStateWrong: 409,
    learning_errors.GapNotFound: 404,
    learning_errors.ProblemNotFound: 404,
    learning_errors.ProblemStateWrong: 409,
    learning_errors.LookedBackByCloser: 409,
    learning_errors.GapStateWrong: 409,
    errors.EscalationStateWrong: 409,
    errors.FileRefused: 422,
    errors.HelperFull: 409,
    errors.HelperNotInCharge: 403,
    errors.IndexMismatch: 503,
    errors.IndexOwnedElsewhere: 409,
    errors.IndexUnavailable: 503,
    errors.InvalidAnnouncement: 422,
    errors.InvalidCannedReply: 422,
    errors.InvalidHelper: 422,
    errors.InvalidInterval: 422,
    errors.InvalidKey: 422,
    errors.InvalidMeetingLink: 422,
    errors.InvalidPerson: 422,
    errors.InvalidPoint: 500,
    errors.InvalidRecord: 422,
    errors.KeyNotFound: 404,
    errors.MeetingLinkMissing: 409,
    errors.MessageEmpty: 422,
    errors.MessageKeyReused: 422,
    errors.ModelNotFound: 404,
    errors.ModelUnavailable: 503,
    errors.NobodyToHelp: 409,
    errors.ProposalNotThere: 404,
    errors.ProposalOutdated: 409,
    errors.ProposalSettled: 409,
    errors.RerankerUnavailable: 503,
    errors.NotAllowed: 403,
    errors.NotEnoughSpace: 507,
    errors.NotTheAuthor: 403,
    errors.PictureRefused: 422,
    errors.QuestionEmpty: 422,
    errors.QuestionNotText: 422,
    errors.QuestionTooLong: 422,
    errors.RecordsBusy: 503,
    errors.RecordsUnavailable: 503,
    errors.Unauthenticated: 401,
    errors.TextMissing: 409,
    errors.UnknownMatter: 422,
    errors.DocumentNotFound: 404,
    errors.LateReasonMissing: 409,
    errors.ReasonMissing: 422,
    learning_errors.RecurringCaseNotFound: 404,
    errors.RehearsalRunning: 409,
    errors.SecondPersonNeeded: 403,
    errors.SubjectUnknown: 422,
    errors.SuspicionDecided: 409,
    errors.SuspicionNotFound: 404,
    errors.SwitchNotFound: 404,
    errors.VersionChanged: 412,
    errors.VersionNotApproved: 409,
    errors.VersionNotDraft: 409,
    errors.VersionNotFound: 404,
    errors.VersionNotInReview: 409,
    errors.VersionsContradict: 409,
    errors.BatchNotFound: 404,
    errors.TooManyAttachments: 409,
    errors.TooManyRehearsals: 429,
    errors.UploadNotFound: 404,
    errors.UploadNotRetryable: 409,
    errors.UploadTakenOver: 409,
    errors.UploadTooLarge: 413,
    errors.ServiceUnreachable: 503,
    errors.VocabularyFault: 500,
    errors.WebhookNotFound: 404,
    errors.WebhookRefused: 422,
}


def register(app: FastAPI) -> None:
    """Every error leaves as `refusal` makes it."""

    @app.exception_handler(errors.KbError)
    def _domain(request: Request, error: errors.KbError) -> JSONResponse:
        return refusal_of(request.scope, error)

    @app.exception_handler(RequestValidationError)
    def _request(request: Request, error: RequestValidationError) -> JSONResponse:
        told = faults_told(request.scope, error)
        parameter = _place(error.errors()[0])
        return refusal(request.scope, "RequestInvalid", faults_of(error), 422, message=told, parameter=parameter)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        name = HTTPStatus(error.status_code).phrase.title().replace(" ", "")
        return refusal(request.scope, name, str(error.detail), error.status_code, headers=error.headers)

    @app.exception_handler(ClientDisconnect)
    def _left(request: Request, _error: ClientDisconnect) -> JSONResponse:
        return refusal(request.scope, "RequestBrokenOff", "the request ended before its body did", 400)

    @app.exception_handler(Exception)
    def _unexpected(request: Request, _error: Exception) -> JSONResponse:
        return refusal(request.scope, *INTERNAL, 500, headers={REQUEST_ID: request_id() or ""})


def refusal_of(scope: Scope, error: errors.KbError) -> JSONResponse:
    """Also for what meets a request before there are routes."""
    status = STATUS_OF[type(error)]
    told = message_for(scope, error.cause, str(error), status)
    if isinstance(error, errors.ConfirmationMissing) and error.open_points and messages_for(scope):
        words = screen_words(scope["app"].state.service.settings.prompts_dir)
        told += "；".join(map(words.open_point, error.open_points)) + "。"
    return refusal(scope, type(error).__name__, str(error), status, cause=error.cause, message=told)


def faults_of(error: RequestValidationError) -> str:
    """Each with the place of its field."""
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())


def _place(fault: Mapping[str, Any]) -> str | None:
    """Of its field within the body, such as messages.0.role; None where the body itself is at fault."""
    _source, *path = fault["loc"]
    return ".".join(map(str, path)) or None if fault["type"] != "json_invalid" else None


def faults_told(scope: Scope, error: RequestValidationError) -> str:
    """The same for people."""
    found = messages_for(scope)
    return found.of_faults(error.errors()) if found else faults_of(error)
