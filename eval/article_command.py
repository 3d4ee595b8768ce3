"""`kb eval articles`: dated statutes in a knowledge base made for it, asked for their articles by number."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from eval.articles import ArticleQuestion, JudgedArticle, judge, questions, read_laws, records
from eval.errors import EvaluationStopped
from eval.scratch import scratch_settings
from eval.statistics import percentile, rate
from eval.telling import dot, errors_in_one_sentence, rate_with_interval
from kb_service.domain.days import shanghai_day
from kb_service.service import Service
from kb_service.wiring import importing, now, open_service

_ACTOR = "evaluation"


def articles(
    laws: Annotated[
        Path | None, typer.Option(help="versions.jsonl of dated statutes; looked for under KB_EVAL_DATA.")
    ] = None,
    most: Annotated[int, typer.Option(help="How many articles are asked for.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed asks the same questions.")] = 1,
    out: Annotated[Path | None, typer.Option(help="A .jsonl file for the wrong ones.")] = None,
) -> None:
    """Ask for articles of dated statutes by number; right is exactly the article of the version of the day."""
    with errors_in_one_sentence():
        versions = laws or _under_eval_data()
        with _filled(versions) as service:
            asked = questions(
                read_laws(versions, until=shanghai_day(now())),
                most=most,
                seed=seed,
                traditional=service.texts.converter.to_traditional,
            )
            judged = [_judged(service, each) for each in asked]
    if out is not None:
        wrong = (json.dumps(asdict(each), ensure_ascii=False, default=str) for each in judged if not each.is_right)
        out.write_text("\n".join(wrong), encoding="utf-8")
    print(_report(judged))


def _under_eval_data() -> Path:
    folder = os.environ.get("KB_EVAL_DATA")
    found = sorted(Path(folder).rglob("versions.jsonl")) if folder else []
    if not found:
        raise EvaluationStopped("no versions.jsonl of dated statutes; name it with --laws, or set KB_EVAL_DATA")
    return found[0]


@contextmanager
def _filled(versions: Path) -> Iterator[Service]:
    """Nothing is embedded: articles are looked up in the database."""
    with TemporaryDirectory(prefix="kb-eval-") as folder, open_service(scratch_settings(Path(folder))) as service:
        taking_in = importing(service.settings, service.records)
        file = Path(folder) / "laws.jsonl"
        lines = []
        for each in records(versions):
            text = (versions.parent / each.pop("file")).read_text(encoding="utf-8")
            lines.append(json.dumps({**each, "text": text}, ensure_ascii=False))
        file.write_text("\n".join(lines), encoding="utf-8")
        refused = [each for each in taking_in.run([file], actor=_ACTOR, publish=True) if each.status == "refused"]
        if refused:
            raise EvaluationStopped(f"{len(refused)} texts were refused, the first: {refused[0].reason}")
        yield service


def _judged(service: Service, asked: ArticleQuestion) -> JudgedArticle:
    asking = service.asking
    conversation_id = None
    if asked.before is not None:
        conversation_id = asking.answer(asking.question(asked.before, as_of=asked.as_of)).conversation_id
    question = asking.question(asked.question, as_of=asked.as_of, conversation_id=conversation_id)
    began = time.perf_counter()
    answer = asking.answer(question)
    dot()
    return judge(asked, answer, time.perf_counter() - began)


def _report(judged: list[JudgedArticle]) -> str:
    by_style: dict[str, list[bool]] = defaultdict(list)
    for each in judged:
        by_style[each.asked.style].append(each.is_right)
    p50, p95 = (percentile([each.seconds * 1000 for each in judged], share) for share in (0.5, 0.95))
    lines = [
        f"exactly the article    {rate_with_interval(rate([each.is_right for each in judged]))}",
        f"latency                p50 {p50:.1f} ms, p95 {p95:.1f} ms",
    ]
    lines += [f"  {style}  {rate_with_interval(rate(found))}" for style, found in sorted(by_style.items())]
    return "\n".join(lines)
