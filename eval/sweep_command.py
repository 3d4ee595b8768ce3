"""`kb eval sweep`: which setting of a knob is best on this knowledge base, by measurement."""

import hashlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from eval.errors import EvaluationStopped
from eval.gate.articles import made_up_laws
from eval.gate.expected import Baseline, Expected, as_json, as_toml, read_baseline, read_expected
from eval.gate.running import run_gate
from eval.gate.sweeping import CHOSEN_BY, PRESENT, Setting, compared, read_setting, table
from eval.gate_command import EXPECTED, noon
from eval.scratch import fill, scratch_settings
from eval.telling import dot, errors_in_one_sentence
from kb_service.settings import Settings
from kb_service.wiring import open_converter, open_service, owner_address

_SUITE = "suite.sha256"


def sweep(
    settings: Annotated[
        list[str], typer.Argument(help="NAME=VALUE, a knob or a setting; several at a time joined by +.")
    ],
    name: Annotated[str, typer.Option(help="Of the sweep; the same name goes on where it stopped.")] = "sweep",
    out: Annotated[Path, typer.Option(help="Where sweeps are kept.")] = Path("var/eval"),
    expected: Annotated[Path, typer.Option(help="What is asked, as of the gate.")] = EXPECTED,
    corpus: Annotated[Path, typer.Option(help="The corpus that is loaded into a knowledge base of its own.")] = Path(
        "corpus"
    ),
    here: Annotated[bool, typer.Option("--here", help="Ask the knowledge base at hand instead.")] = False,
    significance: Annotated[float, typer.Option(help="A difference this unlikely to be chance counts.")] = 0.05,
) -> None:
    """Measure each setting with the gate's suite, compare it with the present one question by question, and say which
    to choose. What was measured is kept: a sweep that was stopped goes on."""
    folder = out / f"sweep-{name}"
    with errors_in_one_sentence():
        wanted, asked = read_expected(expected), [read_setting(each) for each in settings]
        for each in asked:  # a value that none can take is told before minutes are spent on others
            each.settings(Settings())
        _require_same_suite(folder, wanted)
        usual = _usual(folder, corpus, wanted, here=here)
        cases_of = {each.label: _measured(folder, each, usual, wanted) for each in (Setting(PRESENT, {}), *asked)}
        swept = compared(cases_of, significance)
    text = table(swept)
    (folder / "table.txt").write_text(f"{text}\n", encoding="utf-8")
    print(text)


def _measured(folder: Path, setting: Setting, usual: Settings, expected: Expected) -> Baseline:
    """Of a setting that was measured before, what it gave then."""
    file = folder / setting.file_name
    if not file.is_file():
        print(f"measuring {setting.label}", file=sys.stderr)
        opened = open_service(setting.settings(usual), now=noon(expected), knobs=setting.knobs())
        with opened as service, made_up_laws() as laws:
            run = run_gate(
                service, expected, root=Path(), converter=open_converter(), laws=laws, only=CHOSEN_BY, advance=dot
            )
        scratch = file.with_suffix(".tmp")
        scratch.write_text(as_json(run.measured), encoding="utf-8")
        scratch.replace(file)
    return read_baseline(file, setting.label)


def _require_same_suite(folder: Path, expected: Expected) -> None:
    """Settings that were asked other questions cannot be compared."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = as_toml(expected.model_copy(update={"measures": {}}))
    files = [each for path in (*expected.questions, *expected.scripts) for each in _files(path)]
    digest = hashlib.sha256(asked.encode() + b"".join(each.read_bytes() for each in files)).hexdigest()
    kept = folder / _SUITE
    if kept.is_file() and kept.read_text(encoding="utf-8") != digest:
        raise EvaluationStopped(f"{folder} was measured with other questions; give another --name, or remove it")
    kept.write_text(digest, encoding="utf-8")


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def _usual(folder: Path, corpus: Path, expected: Expected, *, here: bool) -> Settings:
    if here:
        settings = Settings()
        if owner_address(settings):
            raise EvaluationStopped("a running service holds this data folder; stop it, or leave --here out")
        return settings
    data, done = folder / "data", folder / "data.filled"
    settings = scratch_settings(data)
    if not done.is_file():
        print("loading the corpus, once", file=sys.stderr)
        fill(settings, corpus, noon(expected))
        with open_service(settings, now=noon(expected)) as service:
            service.synchroniser.reconcile()
        done.touch()
    return settings
