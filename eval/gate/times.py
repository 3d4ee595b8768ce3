"""The day that a message asks about, read from its words, against what was worked out by hand."""

from datetime import date, datetime, time

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Watching
from kb_service.domain.answers import Question
from kb_service.domain.days import SHANGHAI

_TODAY = date(2026, 6, 15)
_NOON = datetime.combine(_TODAY, time(12), tzinfo=SHANGHAI)
# A period that has passed is read as its last day, one to come as its first, the one that holds today as today.
_DAY_OF = {
    "最低工资是多少": _TODAY,
    "去年的最低工资是多少": date(2025, 12, 31),
    "2024年的最低工资是多少": date(2024, 12, 31),
    "2024年3月的最低工资是多少": date(2024, 3, 31),
    "2024年2月最低工资是多少": date(2024, 2, 29),
    "2024年3月5日的最低工资是多少": date(2024, 3, 5),
    "去年10月的最低工资是多少": date(2025, 10, 31),
    "明年的最低工资是多少": date(2027, 1, 1),
    "明年3月的最低工资是多少": date(2027, 3, 1),
    "今年的最低工资是多少": _TODAY,
    "上个月的最低工资是多少": date(2026, 5, 31),
    "下个月的最低工资是多少": date(2026, 7, 1),
    "今年下半年的最低工资是多少": date(2026, 7, 1),
    "去年上半年的最低工资是多少": date(2025, 6, 30),
    "三年前的最低工资是多少": date(2023, 6, 15),
    "去年第三季度的最低工资是多少": date(2025, 9, 30),
    "2025年7月1日以前的最低工资是多少": date(2025, 6, 30),
    "2024年和2025年的最低工资是多少": _TODAY,
    "前年也就是2024年9月的最低工资是多少": date(2024, 9, 30),
    "2024年9月也就是前年的最低工资是多少": date(2024, 9, 30),
    "今年国庆的最低工资是多少": date(2026, 10, 1),
}


def of_times(watching: Watching) -> Measured:
    reader, cases = watching.tools.messages.reader, []
    for said, day in _DAY_OF.items():
        found = reader.understand(Question(said, _TODAY, _NOON)).question.as_of
        cases.append(Case(said, said, float(found == day), note="" if found == day else f"{found}, not {day}"))
    return Measured("reading.days", tuple(cases))
