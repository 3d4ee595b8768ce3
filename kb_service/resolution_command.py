"""What `kb resolution` does, in the database that a running service uses as well: neither key nor index is needed."""

from collections.abc import Mapping, Sequence
from datetime import date

from kb_service.domain.audits import AuditedShare
from kb_service.domain.resolution import AssistantCounts, By, Counts, HumanCounts, Period, Share
from kb_service.measuring.measuring import Recounted
from kb_service.measuring_wiring import open_auditing, open_measuring
from kb_service.settings import Settings
from kb_service.wiring import now, open_records


def lines(settings: Settings, *, first: date | None, last: date | None, by: By) -> list[str]:
    """A line for each group and one for all. What the service has not counted yet is counted first."""
    with open_records(settings) as records:
        measuring = open_measuring(records, now=now)
        measuring.take_in()
        usual = measuring.usual_period()
        found = measuring.figures(Period(first or usual.first, last or usual.last), by)
        auditing = open_auditing(settings, records, now=now)
        total = auditing.share(found.period)
        of_week: Mapping[str, AuditedShare] = auditing.shares_by_week(found.period) if by is By.WEEK else {}
    head = f"{found.period.first} to {found.period.last}, by {by}"
    rows = [_line(value or "unknown", counts, of_week.get(value or "")) for value, counts in found.groups.items()]
    return [head, *rows, _line("total", found.total, total)]


def check(settings: Settings) -> Recounted:
    """Every figure of all time, counted in SQL and again from the raw rows in Python."""
    with open_records(settings) as records:
        return open_measuring(records, now=now).check()


def check_samples(settings: Settings) -> tuple[int, Sequence[str]]:
    """How many samples there are, and what of them is not as the trail tells."""
    with open_records(settings) as records:
        auditing = open_auditing(settings, records, now=now)
        return len(auditing.audits.samples()), auditing.differences()


def _line(value: str, counts: Counts, audited: AuditedShare | None) -> str:
    of_sample = f"; audited {_share(audited)}" if audited else ""
    return f"{value}: {_assistant(counts.assistant)}; {_human(counts.human)}{of_sample}"


def _assistant(counts: AssistantCounts) -> str:
    told = f"confirmed {_share(counts.confirmed)}, implied {_share(counts.implied_share)}"
    return f"{counts.questions} questions, {told}"


def _human(counts: HumanCounts) -> str:
    return f"{counts.talks} talks, confirmed {_share(counts.confirmed)}, implied {_share(counts.implied_share)}"


def _share(one: Share | AuditedShare) -> str:
    if one.rate is None:
        return "nothing yet"
    return f"{one.rate:.1%} of {one.n} ({one.low:.1%}–{one.high:.1%})"
