"""Chinese words through jieba, with the site's own words (matters, departments, their aliases) added."""

import hashlib
import logging
import math
import tempfile
import warnings
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path


class JiebaSegmenter:
    """Implements `ports.Segmenter` in search mode: 社区事务受理 gives 社区, 事务, 受理 and the longer words as well."""

    def __init__(self, domain_words: Iterable[str] = (), *, cache_folder: Path | None = None) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jieba 0.42.1 warns of pkg_resources and of its own escapes
            import jieba

        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        # jieba keeps its parsed dictionary in a shared temporary file otherwise, where another user may have put one.
        self._tokenizer.tmp_dir = str(cache_folder) if cache_folder else tempfile.gettempdir()
        words = sorted({word for word in domain_words if len(word) > 1})
        for word in words:
            self._tokenizer.add_word(word)
        self._added = frozenset(words)
        self._tokenizer.initialize()
        digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
        self.fingerprint = f"jieba-{version('jieba')}-search-{digest}"

    def rarity(self, word: str) -> float:
        """From jieba's own counts; words added for the site count as rare."""
        known = self._tokenizer.FREQ.get(word, 0) if word not in self._added else 0
        return math.log(self._tokenizer.total / max(known, 1))

    def words(self, text: str) -> list[str]:
        return list(self._tokenizer.cut_for_search(text))

    def split(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))

    def is_known(self, word: str) -> bool:
        return bool(self._tokenizer.FREQ.get(word, 0))
