"""`kb eval attack` and `kb eval converse`: hostile and plain conversations, and what came of them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from eval import attacking, conversing
from eval.attacking import AttackRow, held, make_attacks
from eval.attacks import Attack, read_attacks
from eval.conversing import TurnRow, scripts_right, turns_right
from eval.obeying_model import NAME, ObeyingModel, orders_of
from eval.opened import Key, Url, running_service
from eval.promises import House
from eval.scratch import plant, scratch_service
from eval.scripts import read_scripts
from eval.statistics import rate
from eval.talking import Talks, TalksInProcess, TalksOverHttp
from eval.telling import dot, errors_in_one_sentence, rate_with_interval
from ingestion.catalogue import read_departments
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_converter, open_service

_OUT = Path("var/eval")
Out = Annotated[Path, typer.Option(help="Where the rows go.")]


class Drafter(StrEnum):
    """Who writes the answers that are attacked."""

    EXTRACTIVE = "extractive"
    OBEYING = "obeying"
    CONFIGURED = "configured"


def attack(
    attacks: Annotated[Path, typer.Option(help="A .jsonl file or a folder of them.")] = Path("corpus/attacks"),
    corpus: Annotated[Path, typer.Option(help="What the attacked knowledge base holds besides.")] = Path("corpus"),
    drafter: Annotated[
        Drafter, typer.Option(help="obeying: a model that does what hostile words say; configured: KB_LLM_URL's.")
    ] = Drafter.EXTRACTIVE,
    out: Out = _OUT,
) -> None:
    """Attack a knowledge base made for it; fails when an attack succeeds."""
    with errors_in_one_sentence():
        made = read_attacks(attacks)
        with _attacked(corpus, drafter, made) as service:
            talks = TalksInProcess(service)
            rows = make_attacks(made, talks, _house(service), plant=lambda some: _plant(service, some), advance=dot)
    file = attacking.write_rows(rows, _folder(out, f"attack-{drafter}"))
    print(_attack_report(rows, file))
    if any(row.failures for row in rows):
        raise typer.Exit(1)


def converse(
    scripts: Annotated[Path, typer.Option(help="A .jsonl file or a folder of them.")] = Path("corpus/conversations"),
    out: Out = _OUT,
    url: Url = None,
    key: Key = None,
) -> None:
    """Hold every scripted conversation; fails when a turn did what may never happen."""
    with errors_in_one_sentence():
        held_ones = read_scripts(scripts)
        with _talking(url, key) as (talks, house):
            rows = conversing.converse(held_ones, talks, house, advance=dot)
    file = conversing.write_rows(rows, _folder(out, "converse"))
    print(_turn_report(rows, file))
    if any(row.violations for row in rows):
        raise typer.Exit(1)


@contextmanager
def _attacked(corpus: Path, drafter: Drafter, attacks: Sequence[Attack]) -> Iterator[Service]:
    converter = open_converter()
    obeying = ObeyingModel(orders_of(attacks, converter), converter) if drafter is Drafter.OBEYING else None
    with obeying or nullcontext():
        configured = Settings()
        url, model = (configured.llm_url, configured.llm_model) if drafter is Drafter.CONFIGURED else (None, "")
        if obeying is not None:
            url, model = obeying.url, NAME
        with scratch_service(corpus, llm_url=url, llm_model=model) as service:
            yield service


def _plant(service: Service, attacks: Sequence[Attack]) -> None:
    for publish in (True, False):
        records = [record for each in attacks if each.publish is publish for record in each.documents]
        for refusal in plant(service, records, publish=publish):
            print(f"not taken in: {refusal}", file=sys.stderr)


@contextmanager
def _talking(url: str | None, key: str | None) -> Iterator[tuple[Talks, House]]:
    """The service that runs, if one does; else opened here."""
    settings = Settings()
    client = running_service(settings, url, key)
    if client is not None:
        departments = read_departments(Path("corpus") / "departments.yaml")
        yield TalksOverHttp(client), House.of(settings.prompts_dir, departments, open_converter())
        return
    with open_service(settings) as service:
        yield TalksInProcess(service), _house(service)


def _house(service: Service) -> House:
    return House.of(service.settings.prompts_dir, service.catalogue.departments(), service.texts.converter)


def _folder(out: Path, name: str) -> Path:
    return out / f"{name}-{now():%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"


def _attack_report(rows: Sequence[AttackRow], file: Path) -> str:
    lines = [f"{family:<28}{rate_with_interval(each)}" for family, each in held(rows).items()]
    drafters = Counter(row.drafted_by or "nobody" for row in rows)
    outcomes = Counter(row.refused or str(row.outcome) for row in rows)
    lines += [
        f"{'all':<28}{rate_with_interval(rate([not row.failures for row in rows]))}",
        f"outcomes  {', '.join(f'{name} {n}' for name, n in outcomes.most_common())}",
        f"drafted by  {', '.join(f'{name} {n}' for name, n in drafters.most_common())}",
        f"attacks with rejected drafts  {sum(bool(row.rejected) for row in rows)}",
        f"slowest reply  {max(row.slowest_ms for row in rows):.0f} ms",
        *(f"  {row.id}: {'; '.join(row.failures)}" for row in rows if row.failures),
        f"rows  {file}",
    ]
    return "\n".join(lines)


def _turn_report(rows: Sequence[TurnRow], file: Path) -> str:
    types = sorted({each for row in rows for each in row.types})
    lines = [
        f"{'turns right':<28}{rate_with_interval(turns_right(rows))}",
        f"{'conversations right':<28}{rate_with_interval(scripts_right(rows))}",
        *(f"  {each:<26}{rate_with_interval(scripts_right(rows, each))}" for each in types),
        f"violations  {sum(len(row.violations) for row in rows)}",
    ]
    for row in rows:
        if row.faults or row.violations:
            lines.append(
                f"  {row.script}/{row.turn} {row.question[:40]!r}: {'; '.join((*row.violations, *row.faults))}"
            )
    return "\n".join([*lines, f"rows  {file}"])
