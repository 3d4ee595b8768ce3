"""Skills of helpers: which of them a talk asks for, and who of those on duty should have it. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from kb_service.domain.escalations import Helper, Subject


def skills_asked(subject: Subject, skills: Iterable[str]) -> list[str]:
    """Those of ``skills`` that are its matter, or that stand in its question (会说粤语吗)."""
    question = subject.question.casefold()
    return [each for each in skills if each == subject.matter_id or (each and each.casefold() in question)]


def best_for(subject: Subject, able: Sequence[Helper], held: Mapping[str, int]) -> Helper | None:
    """Of those with room who has most of the skills asked for, then the most room; None where nobody has room."""
    room = {each.person_id: each.capacity - held.get(each.person_id, 0) for each in able}
    free = [each for each in able if room[each.person_id] > 0]
    return max(
        free,
        key=lambda each: (len(skills_asked(subject, each.skills)), room[each.person_id], each.person_id),
        default=None,
    )
