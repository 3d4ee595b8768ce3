"""知识使用: what texts are good for, what does damage, and what changes on which coming day."""

from fastapi import APIRouter, Request, Response

from kb_service.api.access import ServiceOf, Watcher
from kb_service.api.knowledge_use import names_of_matters
from kb_service.api.periods import AskedPeriod
from kb_service.console.admission import Shown
from kb_service.console.screens import page

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)


@router.get("/knowledge")
def knowledge(
    request: Request,
    service: ServiceOf,
    actor: Watcher,
    period: AskedPeriod,
) -> Response:
    return page(
        request,
        "knowledge_use.html",
        period=period,
        query_of={"from": period.first, "to": period.last},
        found=service.measuring_use.knowledge_use(period),
        name_of=names_of_matters(service),
        department_name=service.departments.name,
    )
