"""`kb eval peers`: the service's search beside other libraries."""

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from eval.peers.comparing import Compared, Peer, compare
from eval.peers.demonstration import write_demonstration
from eval.peers.picture import page
from eval.peers.telling import told
from eval.questions import SuitePart
from eval.telling import errors_in_one_sentence
from kb_service.settings import Settings
from kb_service.wiring import model_source


def peers(
    beir: Annotated[
        list[Path] | None, typer.Option(help="A folder with corpus.jsonl, queries.jsonl, qrels; several times.")
    ] = None,
    systems: Annotated[str, typer.Option(help="Which peers, with commas between.")] = ",".join(Peer),
    corpus: Annotated[Path, typer.Option(help="Measured where no --beir is given.")] = Path("corpus"),
    part: Annotated[SuitePart, typer.Option(help="Which half of the suite the corpus is asked.")] = SuitePart.TEST,
    out: Annotated[Path, typer.Option(help="Where peers.md, peers.html and peers.json go.")] = Path("var/eval/peers"),
) -> None:
    """Measure the search beside llama-index, haystack and LangChain: quality, latency, memory, on the same texts."""
    with errors_in_one_sentence():
        chosen = _peers(systems)
        model = model_source(Settings())
        if beir:
            compared = [compare(each, chosen, model=model, corpus=None, advance=_tell) for each in beir]
        else:
            compared = [_demonstration(corpus, part, chosen, model)]
    text = told(compared)
    _write(out, compared, text)
    print(text)
    print(f"written to {out}/peers.md, peers.html and peers.json")


def _demonstration(corpus: Path, part: SuitePart, chosen: list[Peer], model: str) -> Compared:
    with TemporaryDirectory(prefix="kb-peers-") as scratch:
        folder = Path(scratch) / f"{corpus.name}, {part} questions"
        _tell("reading the corpus")
        write_demonstration(corpus, part, folder)
        return compare(folder, chosen, model=model, corpus=corpus, advance=_tell)


def _peers(systems: str) -> list[Peer]:
    names = [each.strip() for each in systems.split(",") if each.strip()]
    if unknown := [each for each in names if each not in list(Peer)]:
        raise typer.BadParameter(f"{unknown[0]!r} is no peer; there are {', '.join(Peer)}")
    return [Peer(each) for each in names]


def _write(out: Path, compared: list[Compared], text: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "peers.md").write_text(text, encoding="utf-8")
    (out / "peers.html").write_text(page(compared, text=text), encoding="utf-8")
    (out / "peers.json").write_text(
        json.dumps([asdict(each) for each in compared], ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _tell(what: str) -> None:
    typer.echo(f"… {what}", err=True)
