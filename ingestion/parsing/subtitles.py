"""Subtitles (srt, vtt) to sentences with the second they start at; chapters become headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile, heading, paragraph
from ingestion.parsing.decode import clean, decode
from ingestion.parsing.limits import ParsingLimits, counted, require_characters
from ingestion.parsing.wrapping import all_joined
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

_TIMES = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
)
_CHAPTER = re.compile(r"^\s*(?:NOTE\s+)?(?:#{1,6}|chapter\s*[:：]?|章节\s*[:：]?|章節\s*[:：]?)\s*(.+)$", re.IGNORECASE)
_MARKUP = re.compile(r"<rt[\s.>].*?(?:</rt>|(?=</ruby>)|$)|<[^<>]*>|\{\\[^{}]*\}")  # with the readings over words
_MACHINE_ID = re.compile(r"[\d\-_:.]*|[0-9a-fA-F-]{8,}|(?:cue|sub|line)[-_ ]?\d+|[a-z]+[-_]\d+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[。！？!?][”』」）)\"']*$")
# Most Chinese subtitles carry no full stops: a pause or this many characters end a sentence as well.
_PAUSE_SECONDS = 1.5
_LONG_ENOUGH = 60


@dataclass(frozen=True, slots=True)
class Cue:
    """Seconds from the start; ``chapter`` is the heading that starts with this cue."""

    start: float
    end: float
    text: str
    chapter: str | None = None


def read_subtitles(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = decode(data, name)
    require_characters(len(text), name, limits)
    cues = list(cues_of(text))
    if not cues:
        raise FileRefused(
            f"{name} holds no subtitle with its time (00:00:01,000 --> 00:00:03,000); export it again.",
            Cause("subtitles_without_times"),
        )
    return ParsedFile(tuple(counted(_blocks(cues), name, limits)), {})


def cues_of(text: str) -> Iterator[Cue]:
    """Cues in order. A chapter is a NOTE (章节：…, chapter: …), a "## …" line, or a cue id in words."""
    chapter: str | None = None
    for group in re.split(r"\n[ \t]*\n", text.strip()):
        lines = [line.strip() for line in group.split("\n") if line.strip()]
        at = next((number for number, line in enumerate(lines) if _TIMES.match(line)), None)
        named = [found for line in lines[: len(lines) if at is None else at] if (found := _chapter(line))]
        chapter = named[-1] if named else chapter
        if at is None:
            continue
        if at > 0 and not named and lines[at - 1] != "WEBVTT":
            chapter = _name(lines[at - 1]) or chapter
        words: list[str] = []
        for line in (clean(unescape(_MARKUP.sub("", line))).strip() for line in lines[at + 1 :]):
            if line.startswith("#") and (found := _chapter(line)):
                chapter = found
            elif line:
                words.append(line)
        start, end = _seconds(lines[at])
        if words or chapter:
            yield Cue(start, end, _run_together(words), chapter)
            chapter = None


def _blocks(cues: Sequence[Cue]) -> Iterator[Block]:
    sentence, second, ended = "", 0, 0.0
    for cue in cues:
        is_over = bool(_SENTENCE_END.search(sentence)) or len(sentence) >= _LONG_ENOUGH
        if sentence and (cue.chapter or is_over or cue.start - ended > _PAUSE_SECONDS):
            yield paragraph(sentence, second=second)
            sentence = ""
        if cue.chapter:
            yield heading(cue.chapter, 2, second=int(cue.start))
        if not cue.text:
            continue
        if not sentence:
            second = int(cue.start)
        sentence = _run_together([sentence, cue.text]) if sentence else cue.text
        ended = cue.end
    if sentence:
        yield paragraph(sentence, second=second)


def with_chapters(parsed: ParsedFile, chapters: Sequence[tuple[int, str]]) -> ParsedFile:
    """Chapters given beside the file, as (second, title), put before the first sentence at or after their second."""
    waiting = sorted(chapters)
    blocks: list[Block] = []
    for block in parsed.blocks:
        if block.kind is BlockKind.HEADING:
            continue
        while waiting and waiting[0][0] <= (block.second or 0):
            blocks.append(heading(waiting[0][1], 2, second=waiting[0][0]))
            waiting.pop(0)
        blocks.append(block)
    return replace(parsed, blocks=tuple(blocks))


def _chapter(line: str) -> str | None:
    found = _CHAPTER.match(line)
    return found[1].strip() if found else None


def _name(cue_id: str) -> str:
    """Its words, without what a program counts cues by."""
    if _MACHINE_ID.fullmatch(cue_id):
        return ""
    first, _, rest = cue_id.partition(" ")
    return rest.strip() if _MACHINE_ID.fullmatch(first) and not first.isdigit() else cue_id


def _run_together(lines: Sequence[str]) -> str:
    """Cues without marks between them are kept apart by a space, which no reader would take for a sentence."""
    pieces: list[str] = []
    for line in lines:
        end = pieces[-1][-1:] if pieces else ""
        pieces.append(f" {line}" if end and end not in "，。！？；：、,.!?;: " else line)
    return all_joined(pieces)


def _seconds(line: str) -> tuple[float, float]:
    found = _TIMES.match(line)
    if found is None:
        raise ValueError(line)
    parts = [int(part or 0) for part in found.groups()]
    start = parts[0] * 3600 + parts[1] * 60 + parts[2] + parts[3] / 1000
    end = parts[4] * 3600 + parts[5] * 60 + parts[6] + parts[7] / 1000
    return start, end
