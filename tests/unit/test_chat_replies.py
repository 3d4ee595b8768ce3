"""What a client reads that shows plain text only."""

from pathlib import Path

from kb_service.api.chat_replies import Replying
from kb_service.api.door_words import door_words
from kb_service.domain.answers import EXTRACTIVE, Drafting, Method, Notice, NoticeKind
from tests.factories import answer, citation, day

WORDS = door_words(Path(__file__).parents[2] / "prompts")
REPLYING = Replying(WORDS, "http://127.0.0.1/")


def test_words_that_a_model_wrote_are_named_as_made_by_ai_at_their_end() -> None:
    written = answer("a1", "签注要钱吗", citation(), drafting=Drafting("a-model"))
    assert written.method is Method.MODEL_CHECKED
    assert REPLYING.rest_of(written).endswith("\n\n人工智能生成：模型起草，逐句核对依据")


def test_quotes_and_fixed_words_are_not_named_so() -> None:
    quoted = answer("a1", "签注要钱吗", citation(), drafting=Drafting(EXTRACTIVE, rejected=("no_answer",)))
    assert quoted.method is Method.QUOTATION
    assert "人工智能" not in REPLYING.rest_of(quoted)
    assert answer("a1", "签注要钱吗").method is Method.FIXED_WORDING


def test_an_answer_stored_before_drafts_were_kept_quotes_where_it_cites() -> None:
    assert answer("a1", "签注要钱吗", citation()).method is Method.QUOTATION


def test_an_announcement_stands_before_the_footnotes() -> None:
    told = Notice(NoticeKind.ANNOUNCEMENT, "窗口停办。", None, day("2026-07-01"))
    rest = REPLYING.rest_of(answer("a1", "签注要钱吗", citation(), notices=(told,)))
    assert rest.startswith("\n\n窗口停办。\n\n[1] 《签注办法》")
