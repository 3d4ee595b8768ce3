"""The HTTP application over a wired service."""

from collections.abc import Callable

from fastapi import FastAPI

from kb_service.api import (
    access,
    affected,
    answers,
    attachments,
    audits,
    canned_replies,
    chat_completions,
    conversations,
    emergencies,
    errors,
    escalations,
    feedback,
    gaps,
    helpers,
    kept_drafts,
    knowledge,
    knowledge_use,
    lead_times,
    meetings,
    operation,
    problems,
    proposals,
    recurring_cases,
    resolution,
    review,
    search,
    suggestions,
    suspicions,
    talk_signs,
    talks,
    uploads,
    versions,
    webhooks,
)
from kb_service.api.limits import BodyLimit, OriginCheck
from kb_service.api.live import Bells
from kb_service.api.messages import messages
from kb_service.api.probing import HeadAsGet, ProbedInTime
from kb_service.api.rates import RequestRates
from kb_service.api.request_metrics import Observed
from kb_service.api.security_headers import Unsniffed
from kb_service.console import monthly_report
from kb_service.console.editorial import editorial_router
from kb_service.console.pages import pages_router
from kb_service.service import Service


def create_app(service: Service, *, owner_token: Callable[[], str | None] = lambda: None) -> FastAPI:
    """``owner_token``: what other `kb` commands on this machine show to be let into ``/internal``.

    Raises VocabularyFault for sentences of refusals that do not fit the code."""
    app = FastAPI(
        title="城市政务知识库服务 kb-service",
        description="Answers with citations into exact versions in force, as of any day.",
        version="0.1.0",
        openapi_url=None,  # `operation.described` has it
        docs_url=None,  # the pages that FastAPI brings fetch their scripts from the internet
        redoc_url=None,
    )
    app.state.service = service
    app.state.owner_token = owner_token
    app.state.pictures = service.pictures
    signs_since = service.records.talk_signs.changed_since
    app.state.bells = bells = Bells(service.records.escalations.changed_since, service.now, signs_since)
    service.records.escalations.on_change = bells.tell
    app.state.keys_seen = access.KeysSeen(service.records.people.has_keys)
    errors.register(app)
    settings = service.settings
    messages(settings.prompts_dir)  # what is wrong with them is to be known at the start, not at the first refusal
    # The last one added meets a request first.
    app.add_middleware(BodyLimit, attachment_mb=settings.attachment_mb)
    app.add_middleware(
        RequestRates,
        a_key=settings.requests_per_key,
        an_address=settings.requests_per_address,
        wrong_keys=settings.wrong_keys_per_address,
    )
    app.add_middleware(
        OriginCheck,
        keys_seen=app.state.keys_seen,
        allow_remote=settings.allow_remote,
        allowed_hosts=settings.allowed_hosts,
    )
    app.add_middleware(ProbedInTime)
    app.add_middleware(Unsniffed)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Observed)
    app.include_router(access.router)
    for module in (
        answers,
        chat_completions,
        search,
        uploads,
        versions,
        affected,
        review,
        suspicions,
        lead_times,
        knowledge,
        knowledge_use,
        talks,
        escalations,
        attachments,
        problems,
        proposals,
        helpers,
        suggestions,
        talk_signs,
        meetings,
        canned_replies,
        webhooks,
        emergencies,
        gaps,
        recurring_cases,
        kept_drafts,
        feedback,
        resolution,
        audits,
        conversations,
        operation,
    ):
        app.include_router(module.router)
    app.include_router(operation.internal)
    app.include_router(pages_router(settings.prompts_dir, attachment_mb=settings.attachment_mb))
    app.include_router(monthly_report.router)
    app.include_router(editorial_router())
    return app
