"""A question that an editor marked as not answered by a text is never answered from it."""

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.domain.documents import Kind, VersionDraft
from kb_service.ports import Approval
from tests.api.conftest import Http
from tests.factories import NOON, metadata

TEXT = "水上滑板车上牌每辆收取牌照工本费30元，到水务窗口办理。"


def test_a_text_is_not_evidence_for_a_question_it_is_marked_not_to_answer(http: Http) -> None:
    questions = ("电动滑板车上牌要收多少钱？",)
    fields = metadata("水上滑板车上牌收费", kind=Kind.INTERPRETATION, negative_questions=questions)
    draft = VersionDraft("water-board", fields, TEXT, split(structure_text(TEXT)))
    approval = Approval("editor-in-chief", NOON, "bulk_import")
    http.service.library.store([draft], actor="editor", at=NOON, approval=approval)
    http.service.synchroniser.sync(["water-board"])
    assert http.ask("水上滑板车上牌要多少钱")["evidence"][0]["document_id"] == "water-board"
    marked = http.ask("请问电动滑板车上牌要收多少钱")
    assert "water-board" not in [each["document_id"] for each in marked["evidence"]]
    assert "water-board" not in [each["document_id"] for each in marked["citations"]]
