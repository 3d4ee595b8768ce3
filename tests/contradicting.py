"""Texts to hold against each other, and what differs in their figures."""

from pathlib import Path

from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.documents import Kind, PassageInVersion
from kb_service.publishing.contradictions import differences
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.statements import Stating
from tests.factories import passage_in_version

STATING = Stating(load_contrasts(Path("prompts")), OpenCCConverter())


def answer(question: str, text: str) -> PassageInVersion:
    return passage_in_version(text, document_id="answer", kind=Kind.INTERPRETATION, title=question, question=question)


def section(heading: str, text: str, *, title: str = "游船停靠证办事指南") -> PassageInVersion:
    return passage_in_version(text, headings=(title, heading), title=title)


def conflicts(*ours: PassageInVersion, against: PassageInVersion) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The differing figures as they are written, of both sides."""
    own = [statement for each in ours for statement in STATING.statements(each)]
    found = differences(own, list(STATING.statements(against)), STATING.groups)
    return [(each.ours.written, each.theirs.written) for each in found]


FEE = section("收费标准", "停靠证工本费每本60元，申领时缴纳。")
TIME = section("办理时限", "自受理之日起15日内发放停靠证。")
