"""Traditional and simplified script through OpenCC."""

import re
from importlib.metadata import version

from opencc import OpenCC

# The dictionary reads 换发 as changing one's hair; documents are issued anew. 换发型 is the hair.
_ISSUED_ANEW = re.compile("換髮(?!型)")


class OpenCCConverter:
    """Implements `ports.ScriptConverter`. Characters are converted, regional wording is not."""

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")
        self._to_traditional = OpenCC("s2tw")
        self.fingerprint = f"opencc-{version('opencc')}-t2s-s2tw"

    def to_simplified(self, text: str) -> str:
        return str(self._to_simplified.convert(text))

    def to_traditional(self, text: str) -> str:
        return _ISSUED_ANEW.sub("換發", str(self._to_traditional.convert(text)))
