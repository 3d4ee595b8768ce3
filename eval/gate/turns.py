"""What a message takes from the turns before it: from which of them, which option it picks, what it says anew."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.gate.component_measures import Case, Measured
from eval.gate.marks import as_sentence, pairs
from eval.gate.seeing import Seen, Watching
from kb_service.asking.conversation.topics import TURNS
from kb_service.asking.reading.lexicon import load_districts
from kb_service.domain.answers import Answer, Outcome, Reason

_FOLLOWED = 10
_LONG = 2
_CHOSEN = 8
_CHANGED = 8
_COMPLAINING = 4
_FOLLOW_UP = "那要多少钱"
_ORDINALS = ("第一个", "第二个", "第三个", "第四个")
_CITY = "上海市"
_COMPLAINT, _AGAIN = "没有用，没解决我的问题", "还是没解决"


def of_turns(watching: Watching, seen: Sequence[Seen]) -> list[Measured]:
    alone = [each for each in seen if not each.answer.understood_as.parts and not each.question.as_of]
    linked = [each for each in alone if each.answer.matter is not None]
    answered = [each for each in linked if each.answer.outcome is Outcome.ANSWERED]
    return [
        Measured("talk.latest", (*_latest(watching, answered), *_last_of_two(watching, answered))),
        Measured("talk.chosen", tuple(_chosen(watching, alone))),
        Measured("talk.changed", tuple(_changed(watching, answered))),
        Measured("signals.complained", tuple(_complained(watching, answered))),
    ]


def _latest(watching: Watching, answered: Sequence[Seen]) -> list[Case]:
    """Of two or three turns about two matters, the last one's is meant."""
    cases = []
    for at, each in enumerate(answered[::4][:_FOLLOWED]):
        other = next((one for one in answered[at + 1 :] if _matter(one.answer) != _matter(each.answer)), None)
        if other is None:
            continue
        # The last is longer than a talk is remembered.
        long = [[*[other] * TURNS, each]] if at < _LONG else []
        for turns in ([other, each], [each, other, each], [each, other], *long):
            after = _said(watching, each, _FOLLOW_UP, [one.answer for one in turns])
            wanted = _matter(turns[-1].answer)
            name = ">".join(one.question.id for one in turns[-3:]) + (f"#{len(turns)}" if len(turns) > 3 else "")
            words = f"{' → '.join(one.question.text for one in turns)} → {_FOLLOW_UP}"
            note = "" if _matter(after) == wanted else f"matter {_matter(after)}, not {wanted}"
            cases.append(Case(name, words, float(not note), note=note))
    return cases


def _last_of_two(watching: Watching, answered: Sequence[Seen]) -> Iterator[Case]:
    """Of a message that asks two things of two matters, the last one is followed up."""
    for one, other in pairs(answered):
        both = replace(one.question, text=f"{as_sentence(one)}{as_sentence(other)}")
        before = watching.under(both, lambda tools: tools)
        if before.outcome is not Outcome.ANSWERED or len(before.understood_as.parts) != 2:
            continue
        after, wanted = _said(watching, one, _FOLLOW_UP, [before]), _matter(other.answer)
        note = "" if _matter(after) == wanted else f"matter {_matter(after)}, not {wanted}"
        name = f"{one.question.id}+{other.question.id}"
        yield Case(name, f"{both.text} → {_FOLLOW_UP}", float(not note), note=note)


def _chosen(watching: Watching, alone: Sequence[Seen]) -> list[Case]:
    """第二个, and the label itself, after a question back: the question is read of that option and of no other."""
    asking = [each for each in alone if each.answer.clarification and each.answer.clarification.options]
    cases = []
    for each in asking[:_CHOSEN]:
        options = each.answer.clarification.options if each.answer.clarification else ()
        for place, option in enumerate(options[: len(_ORDINALS)]):
            for said in (_ORDINALS[place], option.label):
                after = _said(watching, each, said, [each.answer])
                read = after.understood_as
                wrong = [
                    f"{what} {now}, not {meant}"
                    for what, meant, now in (
                        ("matter", option.matter_id, read.matter_id),
                        ("district", option.region, read.region),
                        ("audience", option.audience, read.audience),
                    )
                    if meant is not None and meant != now
                ]
                words = f"{each.question.text} → {said}"
                cases.append(Case(f"{each.question.id}>{said}", words, float(not wrong), note="; ".join(wrong)))
    return cases


def _changed(watching: Watching, answered: Sequence[Seen]) -> list[Case]:
    """那徐汇呢 after a question of another district is of 徐汇, and of the same matter."""
    districts = load_districts(watching.service.settings.prompts_dir).districts
    cases = []
    for at, each in enumerate(answered[1::5][:_CHANGED]):
        earlier, later = districts[at % len(districts)], districts[(at + 3) % len(districts)]
        before = watching.under(replace(each.question, region=f"{_CITY}/{earlier}"), lambda tools: tools)
        if before.understood_as.parts or _matter(before) is None:
            continue
        said = f"那{later}呢"
        after = _said(watching, each, said, [before])
        found, wanted = (after.understood_as.region, _matter(after)), (f"{_CITY}/{later}", _matter(before))
        words = f"{each.question.text}（{earlier}）→ {said}"
        note = "" if found == wanted else f"read as of {found}, not {wanted}"
        cases.append(Case(f"{each.question.id}>{said}", words, float(not note), note=note))
    return cases


def _complained(watching: Watching, answered: Sequence[Seen]) -> list[Case]:
    """A first complaint is met with another try, a second one with a person."""
    cases = []
    for each in answered[2::6][:_COMPLAINING]:
        first = _said(watching, each, _COMPLAINT, [each.answer])
        second = _said(watching, each, _AGAIN, [each.answer, first])
        for name, reply, is_second in (("first", first, False), ("second", second, True)):
            calls = Reason.REPEATED_FAILURE in reply.escalation.reasons
            words = f"{each.question.text} → {_COMPLAINT}{f' → {_AGAIN}' if is_second else ''}"
            cases.append(Case(f"{each.question.id}:{name}", words, float(calls is is_second), note=f"{reply.outcome}"))
    return cases


def _said(watching: Watching, of: Seen, text: str, turns: Sequence[Answer]) -> Answer:
    return watching.again(replace(of.question, text=text, as_of=None, region=None, audience=None), turns)


def _matter(answer: Answer) -> str | None:
    return answer.matter.id if answer.matter else None
