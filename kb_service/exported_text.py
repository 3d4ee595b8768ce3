"""An exported conversation as a short Chinese text, for a person who does not read JSON."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from kb_service.console.words import screen_words
from kb_service.domain.answers import Answer, Citation
from kb_service.domain.attachments import AttachmentKind
from kb_service.domain.clocks import Clock
from kb_service.domain.days import SHANGHAI
from kb_service.domain.escalations import Author
from kb_service.domain.exports import ConversationExport, ExportedLine, ExportedTalk
from kb_service.text.vocabulary import Words, load


class ExportWords(Words):
    """`prompts/export.yaml`."""

    title: str
    channel: str
    asked: str
    answered: str
    source: str
    interval: str
    no_interval: str
    resolved: str
    unresolved: str
    commented: str
    talk: str
    clock: str
    met: str
    stopped: str
    running: str
    person: str
    note: str
    line: str
    attachments: Mapping[AttachmentKind, str]
    moved: str
    reason: str
    nothing: str
    others: str


def load_export_words(folder: Path) -> ExportWords:
    """Raises VocabularyFault."""
    return load(folder, "export.yaml", ExportWords)


def text_of(export: ConversationExport, prompts_dir: Path, *, name_of: Mapping[str, str]) -> str:
    """``name_of``: departments and helpers by their ids; who is not in it is told by the id."""
    return "\n".join(_lines(export, load_export_words(prompts_dir), prompts_dir, name_of)) + "\n"


def _lines(
    export: ConversationExport, say: ExportWords, prompts_dir: Path, name_of: Mapping[str, str]
) -> Iterator[str]:
    yield say.title.format(id=export.conversation.conversation_id, day=_at(export.exported_at)[:10])
    if export.conversation.channel:
        yield say.channel.format(channel=export.conversation.channel)
    if not export.answers:
        yield say.nothing
    for answer in export.answers:
        yield ""
        yield from _exchange(answer, say)
        yield from _judged(answer.answer_id, export, say)
    for talk in export.talks:
        yield ""
        yield from _talk(talk, say, prompts_dir, name_of)
    if rows := sum(map(len, export.others.values())):
        yield "\n" + say.others.format(rows=rows)


def _exchange(answer: Answer, say: ExportWords) -> Iterator[str]:
    yield say.asked.format(at=_at(answer.asked_at), text=answer.question)
    yield say.answered.format(text=answer.text)
    yield from (_source(each, say) for each in answer.citations)


def _source(citation: Citation, say: ExportWords) -> str:
    interval = say.interval.format(start=citation.effective_from) if citation.effective_from else say.no_interval
    place = "·".join(citation.heading_path)
    return say.source.format(
        mark=citation.mark, title=citation.title, place=place, interval=interval, version=citation.version_id
    )


def _judged(answer_id: str, export: ConversationExport, say: ExportWords) -> Iterator[str]:
    for given in export.feedback:
        if given.answer_id == answer_id and given.resolved is not None:
            yield say.resolved if given.resolved else say.unresolved
        if given.answer_id == answer_id and given.comment:
            yield say.commented.format(text=given.comment)


def _talk(talk: ExportedTalk, say: ExportWords, prompts_dir: Path, name_of: Mapping[str, str]) -> Iterator[str]:
    words, held = screen_words(prompts_dir), talk.escalation

    def name(of: str | None) -> str:
        return say.person if of in (None, "person") else name_of.get(of, of)

    yield say.talk.format(
        department=name(held.department_id), state=words.talk_states[held.state], at=_at(held.opened_at)
    )
    for line in talk.lines:
        moved = words.moves[line.move].format(name=name(line.by)) if line.move else ""
        yield _line(line, moved, say, name)
    for clock in held.clocks:
        yield say.clock.format(kind=words.clocks[clock.kind], due=_at(clock.due_at), end=_end(clock, say))


def _line(line: ExportedLine, moved: str, say: ExportWords, name: Callable[[str | None], str]) -> str:
    if line.author is Author.EVENT:
        return say.moved.format(at=_at(line.at), what=moved) + (say.reason.format(text=line.text) if line.text else "")
    who = say.note.format(name=name(line.by)) if line.author is Author.NOTE else name(line.by)
    shown = "".join(say.attachments[each.kind].format(number=each.number) for each in line.attachments)
    return say.line.format(at=_at(line.at), who=who, text=shown + line.text)


def _end(clock: Clock, say: ExportWords) -> str:
    if clock.met_at:
        return say.met.format(at=_at(clock.met_at))
    return say.stopped.format(at=_at(clock.stopped_at)) if clock.stopped_at else say.running


def _at(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
