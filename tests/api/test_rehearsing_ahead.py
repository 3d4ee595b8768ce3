"""A draft is rehearsed while it is looked at, so that nobody waits for that when submitting it."""

from itertools import count

from sqlalchemy import select

from kb_service.adapters.sql.tables import jobs
from kb_service.domain.jobs import JobKind
from tests.api.conftest import Http
from tests.api.test_life_of_versions import Desk

_numbers = count(1)


def a_draft(editor: Desk) -> str:
    return editor.draft(f"paddle-{next(_numbers)}", title="桨板登记办法", text="第一条 桨板登记免费。")


def waits_for_rehearsal(http: Http, version_id: str) -> bool:
    query = select(jobs.c.subject).where(jobs.c.kind == JobKind.REHEARSE, jobs.c.subject == version_id)
    with http.service.records.database.reading() as connection:
        return connection.execute(query).first() is not None


def examine_all(http: Http) -> None:
    http.service.synchroniser.reconcile()
    while http.service.examine_due():
        pass


def test_a_draft_that_was_looked_at_is_submitted_and_approved_by_the_rehearsal_made_meanwhile(http: Http) -> None:
    editor, reviewer = Desk(http, "zhang"), Desk(http, "li")
    version_id = a_draft(editor)
    assert not waits_for_rehearsal(http, version_id)
    assert editor.get(f"/v1/versions/{version_id}/gate").json()["is_rehearsed"] is False
    assert waits_for_rehearsal(http, version_id)
    made = http.service.rehearsing.rehearsed(version_id)  # as the job does
    assert editor.get(f"/v1/versions/{version_id}/gate").json()["is_rehearsed"] is True
    assert editor.step(version_id, "submit").status_code == 200
    assert editor.get(f"/v1/versions/{version_id}/gate").json()["is_rehearsed"] is True
    assert reviewer.step(version_id, "approve", reason="补录").status_code == 200
    assert editor.get(f"/v1/versions/{version_id}/rehearsal").json()["id"] == made.id


def test_a_draft_that_was_edited_after_its_rehearsal_is_rehearsed_again(http: Http) -> None:
    editor = Desk(http, "zhang")
    version_id = a_draft(editor)
    http.service.rehearsing.rehearsed(version_id)
    assert editor.patch(f"/v1/versions/{version_id}", {"text": "第一条 桨板登记收费5元。"}).status_code == 200
    editor.step(version_id, "submit")
    latest = http.service.records.rehearsals.latest(version_id)
    assert latest is not None and latest.revision == http.service.library.version(version_id).revision


def test_a_draft_that_is_discarded_needs_no_rehearsal_any_more(http: Http) -> None:
    editor = Desk(http, "zhang")
    version_id = a_draft(editor)
    editor.get(f"/v1/versions/{version_id}/gate")
    assert waits_for_rehearsal(http, version_id)
    assert editor.step(version_id, "discard").status_code == 200
    assert not waits_for_rehearsal(http, version_id)


def test_a_draft_that_came_in_by_itself_is_rehearsed_before_anybody_looks_at_it(http: Http) -> None:
    examine_all(http)  # what other tests brought in
    version_id = a_draft(Desk(http, "zhang"))
    examine_all(http)
    assert waits_for_rehearsal(http, version_id)


def test_many_drafts_that_came_in_together_are_not_all_rehearsed(http: Http) -> None:
    examine_all(http)
    drafts = [a_draft(Desk(http, "zhang")) for _ in range(4)]
    http.service.synchroniser.reconcile()
    assert http.service.examine_due() == len(drafts)
    assert not any(waits_for_rehearsal(http, each) for each in drafts)


def test_a_step_that_has_to_wait_for_a_rehearsal_says_so(http: Http) -> None:
    editor = Desk(http, "zhang")
    version_id = a_draft(editor)
    page = f"/console/versions/{version_id}"
    assert 'submit" class="step" data-waits="正在预演' in editor.get(page).text
    http.service.rehearsing.rehearsed(version_id)
    assert 'submit" class="step">' in editor.get(page).text
