"""Numbers and dates as a sheet's number format shows them (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from ingestion.parsing.number_formats import written

_TOKEN = re.compile(r'"[^"]*"|[\\!].|_.|\*.|\[[^\]]*\]|E[+-]?0+|[0#?]|.', re.IGNORECASE | re.DOTALL)
_SECTION = re.compile(r'((?:"[^"]*"|[\\!].|\[[^\]]*\]|[^;"\\\[])*)(?:;|$)', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_DATE_PIECE = re.compile(
    r'"[^"]*"|[\\!].|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[(h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?:am/pm|a/p|上午/下午)|y+|m+|d+|h+|s+(?:\.0+)?|a{3,4}|e+|.",
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAYS = "一二三四五六日"
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
# The short dates of the computer's own settings, which the file does not know.
_LOCAL_DAY = frozenset({"mm-dd-yy", "m/d/yy", "m/d/yyyy", "mm/dd/yyyy", "m/d/yy h:mm", "yyyy-mm-dd"})
_SYSTEM = re.compile(r"\[\$-[xX-]*[Ff]([84])00\]")
_NUMERIC_DAY = re.compile(r"y{2,4}([-/.])m{1,2}\1d{1,2}", re.IGNORECASE)


def shown_number(value: int | float, number_format: str) -> str:
    if number_format == "General":
        return _general(value)
    section, is_negative_section = _section_for(value, number_format)
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if is_negative_section:
        amount = abs(amount)
    if han := re.search(r"\[DBNum([123])\]", section, re.IGNORECASE):
        return _with_literals(section, _in_han(amount, int(han[1])))
    bare = _without_literals(section)
    if not bare.strip() and section.strip():
        return _literals(section)
    if "general" in bare.lower() or bare.strip() == "@" or number_format == "":
        return _with_literals(section, _general(value if not is_negative_section else abs(value)))
    if re.search(r"[?#0]\s*/\s*[?#0\d]", bare):
        return _fraction(amount, bare)
    return _placed(amount, section)


def shown_text(text: str, number_format: str) -> str:
    """Words in a format's last part: @"（暂定）" puts something behind them, an empty one hides them."""
    if "@" not in number_format and ";" not in number_format:
        return text
    sections = [found[1] for found in _SECTION.finditer(number_format)]
    section = sections[3] if len(sections) > 3 else next((each for each in sections if "@" in each), "@")
    tokens = _TOKEN.findall(section)
    return "".join(text if token == "@" else _literal(token) or "" for token in tokens)


def _section_for(value: int | float, number_format: str) -> tuple[str, bool]:
    """The part of the format for this value, and whether the sign is left to it."""
    sections = [found[1] for found in _SECTION.finditer(number_format)]
    if sections and not sections[-1] and not number_format.endswith(";"):
        sections.pop()
    sections = sections or ["General"]
    if conditions := [_CONDITION.search(section) for section in sections if _CONDITION.search(section)]:
        for section in sections:
            found = _CONDITION.search(section)
            if found is None or _holds(value, found[1], float(found[2])):
                return _CONDITION.sub("", section), False
        return "General", bool(not conditions)
    if value < 0 and len(sections) > 1:
        return sections[1], True
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


def _holds(value: float, sign: str, bound: float) -> bool:
    is_true = {
        "<": value < bound, ">": value > bound, "=": value == bound, "<=": value <= bound, ">=": value >= bound,
        "<>": value != bound,
    }  # fmt: skip
    return is_true[sign]


def _general(value: int | float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _literal(token: str) -> str | None:
    """What a token shows of itself; None where it stands for digits."""
    if token[0] == '"':
        return token[1:-1]
    if token[0] in "\\!":  # Chinese editions write ! for \
        return token[1:]
    if token[0] in "_*":
        return ""
    if token[0] == "[":
        return token[2:-1].split("-")[0] if token.startswith("[$") else ""
    return None


def _without_literals(section: str) -> str:
    return "".join(token for token in _TOKEN.findall(section) if _literal(token) is None)


def _literals(section: str) -> str:
    return "".join(_literal(token) or "" for token in _TOKEN.findall(section))


def _with_literals(section: str, number: str) -> str:
    bare = re.sub(r"general", "\x00", section, count=1, flags=re.IGNORECASE)
    if "\x00" not in bare:
        bare = re.sub(r"[0#?@][0#?,.]*|$", "\x00", bare, count=1)
    parts = [_literal(token) if _literal(token) is not None else token for token in _TOKEN.findall(bare)]
    return "".join(part or "" for part in parts).replace("\x00", number).strip()


def _placed(amount: Decimal, section: str) -> str:
    """Digits where the format has places for them, its literals between."""
    tokens = _TOKEN.findall(section)
    bare = "".join(token for token in tokens if _literal(token) is None)
    amount *= 100 ** bare.count("%")
    scaled = re.search(r"[0#?](,+)(?=[^0#?,]*(?:\.|$))", bare)
    if scaled:
        amount /= 1000 ** len(scaled[1])
    if exponent := re.search(r"E([+-]?)(0+)", bare, re.IGNORECASE):
        return _scientific(amount, bare, exponent)
    whole_places, _, decimal_places = bare.partition(".")
    decimals = len(re.findall(r"[0#?]", decimal_places))
    least = len(re.findall("0", decimal_places))
    rounded = amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    whole = whole.lstrip("0").zfill(len(re.findall("0", whole_places)))
    groups = bool(re.search(r"[0#?],[0#?]", whole_places))
    sign = "-" if rounded < 0 else ""
    return (sign + _filled(tokens, whole, fraction, groups)).strip()


def _filled(tokens: list[str], whole: str, fraction: str, groups: bool) -> str:
    places = []
    for token in tokens:
        if token == ".":
            break
        if token in "0#?":
            places.append(token)
    parts: list[str] = []
    left, is_fraction, seen = whole, False, 0
    for token in tokens:
        literal = _literal(token)
        if literal is not None:
            parts.append(literal)
        elif token in "0#?" and is_fraction:
            parts.append(fraction[:1])
            fraction = fraction[1:]
        elif token in "0#?":
            seen += 1
            count = max(0, len(left) - (len(places) - seen))
            parts.append(_grouped(left, count, groups))
            left = left[count:]
        elif token == ".":
            is_fraction = True
            parts.append("." if fraction else "")
        elif token != ",":
            parts.append(token)
    return "".join(parts)


def _grouped(left: str, count: int, groups: bool) -> str:
    if not groups:
        return left[:count]
    made = ""
    for position in range(count):
        rest = len(left) - position - 1
        made += left[position] + ("," if rest and rest % 3 == 0 else "")
    return made


def _scientific(amount: Decimal, bare: str, exponent: re.Match[str]) -> str:
    decimals = len(re.findall(r"[0#?]", bare[: exponent.start()].partition(".")[2]))
    mantissa, _, power = f"{amount:.{decimals}E}".partition("E")
    sign = "-" if power.startswith("-") else exponent[1].replace("-", "")
    return f"{mantissa}E{sign}{power.lstrip('+-').zfill(len(exponent[2]))}"


def _fraction(amount: Decimal, bare: str) -> str:
    found = re.search(r"/\s*(\d+|[?#0]+)", bare)
    under = found[1] if found else "?"
    if under.isdecimal() and int(under):
        top, bottom = round(abs(amount) * int(under)), int(under)
    else:
        nearest = Fraction(abs(amount)).limit_denominator(10 ** len(under) - 1)
        top, bottom = nearest.numerator, nearest.denominator
    whole = 0
    if re.search(r"[#0?]\s+[#0?]", bare):
        whole, top = divmod(top, bottom)
    sign = "-" if amount < 0 else ""
    parts = [str(whole)] if whole or not top else []
    return sign + " ".join([*parts, *([f"{top}/{bottom}"] if top else [])])


def _in_han(amount: Decimal, style: int) -> str:
    """[DBNum1] 一百二十, [DBNum2] 壹佰贰拾, [DBNum3] figures of full width."""
    whole, _, fraction = f"{abs(amount).normalize():f}".partition(".")
    if style == 3:
        return "".join(chr(ord(each) + 0xFEE0) for each in f"{amount.normalize():f}")
    form = "chineseCountingThousand" if style == 1 else "chineseLegalSimplified"
    zero = "〇" if style == 1 else "零"
    digits = "〇一二三四五六七八九" if style == 1 else "零壹贰叁肆伍陆柒捌玖"
    number, text = int(whole), ""
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, number = divmod(number, unit)
        if part:
            text += (zero if text and part < 1000 else "") + written(part, form) + name
    if style == 1:
        text = text.replace("零", zero)
    tail = "." + "".join(digits[int(each)] for each in fraction) if fraction else ""
    return ("-" if amount < 0 else "") + (text or zero) + tail


def shown_moment(value: datetime | date | time | timedelta, number_format: str) -> str:
    """Days in the computer's own order as 2026-03-01, which can be read in one way only."""
    if kind := _SYSTEM.search(number_format):  # the computer's own long day and time; a Chinese one's
        number_format = 'yyyy"年"m"月"d"日"' if kind[1] in "8" else "h:mm:ss"
    section = next(_SECTION.finditer(number_format))[1]
    plain = re.sub(r"\[\$[^\]]*\]|\\", "", section).strip().removesuffix("@").lower()
    if isinstance(value, timedelta):
        return _shown(value, section)
    is_day = isinstance(value, date) and (not isinstance(value, datetime) or value.time() == time.min)
    if plain in _LOCAL_DAY or _NUMERIC_DAY.fullmatch(plain) or not section or section == "General":
        if is_day:
            return value.strftime("%Y-%m-%d")
        if isinstance(value, datetime) and not _NUMERIC_DAY.fullmatch(plain):
            return value.isoformat(sep=" ", timespec="minutes")
    return _shown(value, section)


def _shown(value: datetime | date | time | timedelta, section: str) -> str:
    pieces = list(_DATE_PIECE.finditer(section))
    names = [piece[0].lower() for piece in pieces]
    has_half = any(name in {"am/pm", "a/p", "上午/下午"} for name in names)
    is_han = re.search(r"\[DBNum1\]", section, re.IGNORECASE) is not None
    parts: list[str] = []
    for position, piece in enumerate(pieces):
        token = piece[0]
        if piece[1] is not None:
            parts.append(piece[1])
        elif piece[2] is not None:
            parts.append(_elapsed(value, piece[2]))
        elif (literal := _literal(token)) is not None:
            parts.append(literal)
        else:
            part = _part(value, token.lower(), _is_minute(names, position), has_half)
            parts.append(_han_part(part, token) if is_han and part.isdecimal() else part)
    return "".join(parts).strip()


def _han_part(figure: str, token: str) -> str:
    return written(int(figure), "ideographDigital" if token[0] in "yYeE" else "chineseCountingThousand")


def _is_minute(names: list[str], position: int) -> bool:
    """An m after hours or before seconds."""
    before = next((name for name in reversed(names[:position]) if name[0] in "ymdhs["), "")
    after = next((name for name in names[position + 1 :] if name[0] in "ymdhs["), "")
    return before.strip("[").startswith("h") or after.startswith("s")


def _elapsed(value: object, unit: str) -> str:
    seconds = int(value.total_seconds()) if isinstance(value, timedelta) else 0
    if isinstance(value, datetime | time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
    amount = {"h": seconds // 3600, "m": seconds // 60, "s": seconds}[unit[0].lower()]
    return str(amount).zfill(len(unit))


def _part(value: datetime | date | time | timedelta, token: str, is_minute: bool, has_half: bool) -> str:
    if isinstance(value, timedelta):
        value = (datetime.min + value).time()
    clock = value if isinstance(value, datetime | time) else time.min
    hour = (clock.hour % 12 or 12) if has_half else clock.hour
    if token in {"am/pm", "a/p"}:
        return "AM" if clock.hour < 12 else "PM"
    if token == "上午/下午":
        return "上午" if clock.hour < 12 else "下午"
    match token[0]:
        case "h":
            return str(hour).zfill(min(len(token), 2))
        case "s":
            return str(clock.second).zfill(min(len(token.split(".")[0]), 2))
        case "m" if is_minute:
            return str(clock.minute).zfill(min(len(token), 2))
    return _day_part(value, token) if isinstance(value, date) and token[0] in "ymdae" else token


def _day_part(day: date, token: str) -> str:
    match token[0], len(token):
        case "y", length:
            return f"{day.year:04d}" if length > 2 else f"{day.year % 100:02d}"
        case "e", _:
            return str(day.year)
        case "m", 1 | 2:
            return str(day.month).zfill(len(token))
        case "m", length:
            return _MONTHS[day.month - 1][: 3 if length == 3 else 1 if length == 5 else None]
        case "d", 1 | 2:
            return str(day.day).zfill(len(token))
        case "d", length:
            return _DAYS[day.weekday()][: 3 if length == 3 else None]
        case "a", length if length > 2:
            return ("星期" if length == 4 else "") + _WEEKDAYS[day.weekday()]
    return token
