"""What a helper reads first: the whole conversation in a few lines, and what it is about."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kb_service.domain.answers import Answer, Outcome, Reason
from kb_service.domain.attachments import AttachmentKind
from kb_service.domain.escalations import Subject
from kb_service.domain.rehearsals import Effect
from kb_service.domain.webhooks import Delivery, WebhookEvent
from kb_service.text.vocabulary import Words, load

# Characters of an answer or question that stand in a summary.
_LONGEST = 120


class SummaryWords(Words):
    """`prompts/helping.yaml`; {names} are filled in by code."""

    asked: str
    answered: str
    asked_back: str
    failed: str
    courtesy: str
    sources: str
    nothing_asked: str
    basis: str
    reasons: dict[str, str]
    events: dict[WebhookEvent, str]
    attachments: dict[AttachmentKind, str]


def load_summary_words(prompts_dir: Path) -> SummaryWords:
    """Raises VocabularyFault."""
    return load(prompts_dir, "helping.yaml", SummaryWords)


def line_of(delivery: Delivery, said: SummaryWords, name_of: Mapping[str, str]) -> str:
    """What happened, for a group of helpers; what it tells of is masked already. ``name_of``: departments by id."""
    told = delivery.body
    about = told.get("escalation") or told.get("feedback") or told.get("problem") or told["version"]
    message = delivery.body.get("message", {})
    shown = [said.attachments[AttachmentKind(each["kind"])] for each in message.get("attachments", ())]
    return said.events[delivery.event].format(
        department=name_of.get(about["department"], about["department"]) or "",
        question=_short(about.get("question", "")),
        titles="、".join(f"《{each['title']}》" for each in about.get("cited", [about] if "title" in about else ())),
        changed=sum(about.get("effects", {}).get(each, 0) for each in (Effect.CHANGED, Effect.LOST)),
        answers=about.get("answers", 0),
        helper=about.get("helper") or "",
        text="".join([*shown, _short(message.get("text") or about.get("description", ""))]),
    )


def subject_of(turns: Sequence[Answer], words: str, said: SummaryWords) -> Subject:
    """Of the newest turn that asked something; ``words``: what the person says when asking for somebody."""
    asked = [turn for turn in turns if turn.outcome is not Outcome.COURTESY]
    about = next((turn for turn in reversed(asked) if turn.matter or turn.evidence), asked[-1] if asked else None)
    reasons = tuple(dict.fromkeys(reason for turn in turns for reason in turn.escalation.reasons))
    # 要找人工 tells who takes it over nothing: what was asked before it does.
    wishes = (turn for turn in reversed(asked) if Reason.USER_REQUEST not in turn.escalation.reasons)
    question = words.strip() or next((turn.question for turn in (*wishes, *reversed(asked))), "")
    last = asked[-1] if asked else None
    return Subject(
        question=question,
        summary=summary(turns, said),
        reasons=reasons or (Reason.USER_REQUEST,),
        matter_id=about.matter.id if about and about.matter else None,
        facet=about.facet if about else None,
        region=about.understood_as.region if about else None,
        answer_id=last.answer_id if last else None,
        evidence=about.evidence if about else (),
    )


def summary(turns: Sequence[Answer], said: SummaryWords) -> str:
    """A line for each question, what became of it, and what was cited or tried, oldest first."""
    lines: list[str] = []
    for turn in turns:
        lines += [said.asked.format(question=_short(turn.question)), _became(turn, said)]
        titles = [f"《{each.title}》" for each in turn.citations] + [f"《{each.title}》" for each in turn.possible]
        if titles:
            lines.append(said.sources.format(titles="、".join(dict.fromkeys(titles))))
    return "\n".join(lines) or said.nothing_asked


def _became(turn: Answer, said: SummaryWords) -> str:
    match turn.outcome:
        case Outcome.ANSWERED:
            return said.answered.format(text=_short(turn.text))
        case Outcome.CLARIFY:
            return said.asked_back.format(text=_short(turn.text))
        case Outcome.COURTESY:
            return said.courtesy
        case _:
            reasons = [said.reasons.get(each, each) for each in turn.escalation.reasons]
            return said.failed.format(reasons="、".join(reasons))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
