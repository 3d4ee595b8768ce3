"""Reading a model's reply: sentences and the marks behind them. What is no plain mark stays in the text."""

import re

from kb_service.asking.drafting.drafts import Statement

_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.S)
# Marks stand behind a sentence or clause, before or after its closing mark; elsewhere they are no marks.
_MARKS = re.compile(
    r"[ \t]*(?P<marks>(?:\[\d{1,3}(?: ?[,，、] ?\d{1,3})*\] ?)+)(?P<after>[。！？；，,;!?]|(?=\s*$)|(?<=[\] ])(?=\S))"
)
_CLOSING = "。！？；!?;：:"
_NUMBER = re.compile(r"\d+")


def statements_of(reply: str) -> list[Statement]:
    """A statement for each stretch of text up to its marks, which count passages from 0. Text after the last marks is
    a statement that nothing backs; a line that ends in a colon belongs to the next one."""
    statements: list[Statement] = []
    lead = ""
    for line in _THOUGHTS.sub("", reply).strip().splitlines():
        text = line.strip()
        if not text:
            continue
        found = _of_line(text)
        if len(found) == 1 and not found[0].quotes and text.endswith(("：", ":")):
            lead += text + "\n"
            continue
        first = found[0]
        statements += [Statement(lead + first.text, first.quotes), *found[1:]]
        lead = ""
    return [*statements, Statement(lead.strip(), ())] if lead else statements


def _of_line(line: str) -> list[Statement]:
    statements: list[Statement] = []
    text, marks, at = "", (), 0  # type: str, tuple[int, ...], int
    for match in _MARKS.finditer(line):
        before = line[at : match.start()]
        if not match["after"] and not before.endswith((*_CLOSING, "，", ",")) and match.end() < len(line.rstrip()):
            continue
        text += before + match["after"]
        marks += tuple(int(number) - 1 for number in _NUMBER.findall(match["marks"]))
        at = match.end()
        if text.endswith(tuple(_CLOSING)) or not line[at:].strip():
            statements.append(Statement(text.strip(), tuple(dict.fromkeys(marks))))
            text, marks = "", ()
    rest = (text + line[at:]).strip()
    return [*statements, Statement(rest, ())] if rest else statements
