"""What is asked of each matter, from every database."""

from kb_service.adapters.sql.catalogue import questions_by_matter
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.ports import Approval
from kb_service.wiring import new_id
from tests.factories import NOON, draft

APPROVED = Approval("editor-in-chief", NOON, "bulk_import")


def test_questions_of_approved_versions_are_gathered_by_matter_each_once(database: Database) -> None:
    library = SqlLibrary(database, new_id=new_id)
    approved = [
        draft("a", "签注免费。", question="签注要钱吗", similar_questions=("收费吗",), matter_id="endorsement"),
        draft("b", "签注每年一次。", question="签注要钱吗", matter_id="endorsement"),
        draft("c", "没有事项。", question="几点下班"),
        draft("d", "没有问题。", matter_id="permit"),
    ]
    library.store(approved, actor="editor", at=NOON, approval=APPROVED)
    waiting = draft("e", "草稿。", question="草稿里的问题", matter_id="endorsement")
    library.store([waiting], actor="editor", at=NOON, approval=None)
    found = questions_by_matter(database)
    assert {matter: sorted(questions) for matter, questions in found.items()} == {
        "endorsement": ["收费吗", "签注要钱吗"]
    }
