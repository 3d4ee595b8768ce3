"""The number formats that a sheet names by number only: those of Chinese editions, which openpyxl does not know.

ECMA-376 part 1, 18.8.30: what zh-cn has for 27 to 36 and 50 to 58; 41 to 44 with the sign of the country.
"""

_MONTH, _DAY, _WHOLE_DAY = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
_MINUTE, _SECOND = 'h"时"mm"分"', 'h"时"mm"分"ss"秒"'
_HALF_MINUTE, _HALF_SECOND = f"上午/下午{_MINUTE}", f"上午/下午{_SECOND}"

FORMATS = {
    27: _MONTH, 28: _DAY, 29: _DAY, 30: "m-d-yy", 31: _WHOLE_DAY, 32: _MINUTE, 33: _SECOND, 34: _HALF_MINUTE,
    35: _HALF_SECOND, 36: _MONTH, 50: _MONTH, 51: _DAY, 52: _MONTH, 53: _DAY, 54: _DAY, 55: _HALF_MINUTE,
    56: _HALF_SECOND, 57: _MONTH, 58: _DAY,
    41: '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* \\-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
}  # fmt: skip
