"""Traditional and simplified script through OpenCC."""

from importlib.metadata import version

from opencc import OpenCC


class OpenCCConverter:
    """Implements `ports.ScriptConverter`. Characters are converted, regional wording is not."""

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")
        self._to_traditional = OpenCC("s2tw")
        self.fingerprint = f"opencc-{version('opencc')}-t2s-s2tw"

    def to_simplified(self, text: str) -> str:
        return str(self._to_simplified.convert(text))

    def to_traditional(self, text: str) -> str:
        return str(self._to_traditional.convert(text))
