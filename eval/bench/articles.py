"""Texts to fill a knowledge base with: statutes at hand, or sentences of the demonstration corpus dealt out anew."""

import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_SEED = 20260701
_ARTICLES_A_LAW = 40
_SENTENCES_AN_ARTICLE = 3
_SENTENCE = re.compile(r"[^。！？\n#|>\-*]{12,90}。")
_SYNTHETIC_ARTICLES = 400


@dataclass(frozen=True, slots=True)
class Law:
    """A document of many articles, each of which becomes about one passage."""

    title: str
    articles: tuple[str, ...]

    def record(self, document_id: str, *, suffix: str = "", since: str = "2020-01-01") -> dict[str, str]:
        """A line of the bulk format."""
        return {
            "id": document_id,
            "kind": "regulation",
            "title": self.title + suffix,
            "text": "\n".join(self.articles),
            "effective_from": since,
        }


@dataclass(frozen=True, slots=True)
class LawTexts:
    """Laws, and a sentence on where they come from."""

    laws: tuple[Law, ...]
    origin: str


def texts(corpus: Path, *, most: int) -> LawTexts:
    """At most about ``most`` articles: from the ``articles*.jsonl`` files under KB_EVAL_DATA, else synthesised."""
    folder = os.environ.get("KB_EVAL_DATA")
    files = sorted(Path(folder).rglob("articles*.jsonl")) if folder else []
    if files:
        laws = _up_to(_read(files), most)
        return LawTexts(laws, f"{_count(laws)} statute articles from KB_EVAL_DATA")
    laws = _synthesised(corpus, min(most, _SYNTHETIC_ARTICLES))
    return LawTexts(
        laws, f"{_count(laws)} articles synthesised from the demonstration corpus (KB_EVAL_DATA is not set)"
    )


def revised(law: Law, *, edition: int) -> Law:
    """A law with other words in every article, so that nothing of it was ever embedded."""
    return Law(f"{law.title}（{edition}年修订稿）", tuple(f"{each}（{edition}年修订）" for each in law.articles))


def _read(files: Sequence[Path]) -> Iterator[Law]:
    for file in files:
        title, articles = "", list[str]()
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row["law"] != title and articles:
                    yield Law(title, tuple(articles))
                    articles = []
                title = row["law"]
                articles.append(f"{row['article']} {row['text']}")
        if articles:
            yield Law(title, tuple(articles))


def _synthesised(corpus: Path, articles: int) -> tuple[Law, ...]:
    sources = [*sorted(corpus.rglob("*.md")), *sorted(corpus.rglob("*.txt"))]
    sentences = [each for file in sources for each in _SENTENCE.findall(file.read_text(encoding="utf-8"))]
    dealer = random.Random(_SEED)
    laws = []
    for number in range(-(-articles // _ARTICLES_A_LAW)):
        dealt = (
            f"第{position}条 " + "".join(dealer.sample(sentences, _SENTENCES_AN_ARTICLE))
            for position in range(1, _ARTICLES_A_LAW + 1)
        )
        laws.append(Law(f"测量用规定第{number + 1}号", tuple(dealt)))
    return tuple(laws)


def _up_to(laws: Iterator[Law], articles: int) -> tuple[Law, ...]:
    """Whole laws; the last one cut."""
    chosen: list[Law] = []
    room = articles
    for law in laws:
        chosen.append(Law(law.title, tuple(islice(law.articles, room))))
        room -= len(chosen[-1].articles)
        if room <= 0:
            break
    return tuple(chosen)


def _count(laws: Sequence[Law]) -> int:
    return sum(len(law.articles) for law in laws)
