"""`/v1/suggestions`: ready texts for a helper, as they type or for a talk, with how like questions were resolved."""

from typing import Annotated

from fastapi import APIRouter, Query

from kb_service.api.access import ServiceOf, needs
from kb_service.api.asked import AsOf
from kb_service.asking.asking import LONGEST_QUESTION
from kb_service.domain.people import Actor, Role
from kb_service.domain.suggestions import Suggestions

router = APIRouter(prefix="/v1", tags=["escalations"])


@router.get("/suggestions")
def suggestions(
    service: ServiceOf,
    actor: Annotated[Actor, needs(Role.HELPER)],
    escalation: Annotated[
        str | None, Query(max_length=36, description="Of a talk of the helper's departments.")
    ] = None,
    q: Annotated[str, Query(max_length=LONGEST_QUESTION, description="Words, where no talk is meant.")] = "",
    as_of: Annotated[AsOf, Query()] = None,
) -> Suggestions:
    """Up to three texts of documents in force, each of one document with its citations; nobody checked that they
    answer. Send what was used with the reply (`suggested`, `versions`), so that its use is counted."""
    departments = service.helping.departments_of(actor.person_id)
    if escalation is not None and not q.strip():
        found = service.helping.seen_by(escalation, actor.person_id)
        return service.desk.suggesting.for_escalation(found, departments=departments)
    return service.desk.suggesting.for_words(q, departments=departments, as_of=as_of)
