"""Radicals that stand in the place of characters, as fonts in pdf files write them: ⻓期 is 长期.

Unicode itself maps U+2F00–2FD5 (NFKC). The others, U+2E80–2EF3, are mapped to the characters that they are forms of,
after Unicode's EquivalentUnifiedIdeograph; ⺀, ⺈, ⺌ and their like are forms of none.
"""

import re
import unicodedata

_SUPPLEMENT = (
    "⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇几 ⺉刂 ⺊卜 ⺋㔾 ⺎尢 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺔彑 ⺕彐 ⺖忄 "
    "⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 "
    "⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺳㓁 ⺶羊 ⺷羊 ⺸羊 ⺹耂 ⺺聿 ⺻聿 ⺼肉 ⺽臼 ⺾艹 ⺿艹 "
    "⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑長 "
    "⻒镸 ⻓长 ⻔门 ⻕阜 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻞食 ⻟飠 ⻠饣 ⻡首 ⻢马 ⻣骨 "
    "⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻱龜 ⻲亀 ⻳龟 "
)
_CHARACTER_OF = {
    **{ord(pair[0]): pair[1] for pair in _SUPPLEMENT.split()},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    # Unicode has 戶 here; fonts of the mainland, which write radicals in their files, show 户.
    0x2F3E: "户",
}
_RADICAL = re.compile("[\u2e80-\u2fdf]")


def with_characters(text: str) -> str:
    """The text with characters in the place of radicals, one for one."""
    return text.translate(_CHARACTER_OF) if _RADICAL.search(text) else text
