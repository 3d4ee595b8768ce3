"""`kb eval`: examine the service, look back, compare, calibrate, gate."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from eval.article_command import articles
from eval.before_after import page
from eval.calibrating import calibrate as fit_confidence
from eval.collecting import collect as collect_rows
from eval.collecting import recall_at
from eval.comparing import Comparison
from eval.comparing import compare as compare_rows
from eval.dialogue_commands import attack, converse
from eval.explain_command import explain
from eval.follow_ups_command import fitting_follow_ups
from eval.gate_command import gate
from eval.in_force import passages_in_force
from eval.in_process import InProcess
from eval.inversion_command import inversion
from eval.judge_command import judge
from eval.known import held_against, teach
from eval.labelled_sets import read_set
from eval.omission_command import omitting
from eval.opened import Key, Url, opened_system
from eval.peers_command import peers
from eval.questions import SuitePart, read_questions
from eval.reading import reading
from eval.routing_command import routing
from eval.run_command import run
from eval.runs import read_history, read_rows, run_folder
from eval.site_calibration import ask_all, labelled, onto, refit
from eval.suite_commands import suite
from eval.sweep_command import sweep
from eval.telling import dot, errors_in_one_sentence, rate_with_interval
from eval.telling_runs import changes_of
from eval.trend import trend
from kb_service.asking.search.confidence import ACCEPTED_WRONG_RATE, as_json, load_confidence
from kb_service.asking.search.known_questions import fingerprint
from kb_service.domain.calibrations import CalibrationProposal
from kb_service.domain.days import shanghai_day
from kb_service.domain.people import person_id
from kb_service.domain.resolution import Share
from kb_service.measuring_wiring import open_recalibrating
from kb_service.settings import Settings
from kb_service.wiring import now, open_converter, open_records, open_service

app = typer.Typer(no_args_is_help=True, help="Measure the service on questions with known answers.")
app.command()(articles)
app.command()(attack)
app.command()(converse)
app.command()(explain)
app.command()(gate)
app.command()(inversion)
app.command("omission")(omitting)
app.command("follow-ups")(fitting_follow_ups)
app.command()(judge)
app.command()(peers)
app.command()(reading)
app.command()(routing)
app.command()(run)
app.command()(sweep)
app.add_typer(suite, name="suite")

Out = Annotated[Path, typer.Option(help="Where runs and their history are kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
_OUT = Path("var/eval")


@app.command()
def history(out: Out = _OUT) -> None:
    """The runs so far, oldest first."""
    with errors_in_one_sentence():
        print(trend(read_history(out)))


@app.command()
def compare(before: str, after: str, out: Out = _OUT, as_json: AsJson = False) -> None:
    """What a run answers right that another did not, and the other way round."""
    with errors_in_one_sentence():
        found = compare_rows(read_rows(run_folder(before, out)), read_rows(run_folder(after, out)))
    if as_json:
        typer.echo(_json(found))
        return
    print(changes_of(found))


@app.command()
def collect(
    queries: Annotated[Path, typer.Option(help="Lines of {question, relevant: [document ids], answerable?}.")],
    out: Annotated[Path, typer.Option(help="Where the rows go.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Ask labelled queries of the knowledge base at hand and keep what `calibrate` learns from."""
    with errors_in_one_sentence(), opened_system(url, key) as system:
        rows = collect_rows(system, queries, out)
    print(f"{len(rows)} rows in {out}; first evidence right in {sum(row.label for row in rows)}")
    for depth in (1, 3, 5, 10):
        print(f"document in first {depth:<5}{rate_with_interval(recall_at(rows, depth))}")


@app.command()
def calibrate(
    rows: Annotated[
        list[Path] | None, typer.Option(help="Run folders or files of rows; several for leave-one-out.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="A site's own questions with known answers: a .jsonl file or a folder.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the model there, and propose nothing.")] = None,
    accepted_error: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share of answers that may be wrong; that of the model in use, 0.10 with --rows."
        ),
    ] = None,
    known: Annotated[
        SuitePart,
        typer.Option(help="What becomes known of the questions: all, or a half, so that the other judges."),
    ] = SuitePart.ALL,
    actor: Annotated[str, typer.Option(help="Who proposes a site's own model; recorded.")] = "local-admin",
) -> None:
    """Fit the confidence: anew on rows of several sets, or further on a site's own questions (those that were kept of
    audited samples, unless others are named). Of these it is a proposal, which a second person takes into use."""
    version = f"{now():%Y%m%d}-{uuid4().hex[:6]}"
    if rows is not None and questions is not None:
        raise typer.BadParameter("give either --rows or --questions")
    if rows is None:
        asked = questions or Settings().own_questions_dir
        return _calibrate_site(
            asked, out, version=version, accepted_error=accepted_error, known=known, actor=person_id(actor)
        )
    accepted_error = ACCEPTED_WRONG_RATE if accepted_error is None else accepted_error
    with errors_in_one_sentence():
        sets = [read_set(each) for each in rows or ()]
        fitted = fit_confidence(sets, version=version, accepted_error=accepted_error)
    _write(out or _OUT / "confidence_model.json", fitted.as_json())
    for kind, judged in (("unseen", fitted.unseen), ("left out", fitted.left_out)):
        for each in judged:
            print(
                f"{kind:<9}{each.name}: n {each.rows} ({each.answerable} answerable), AUROC {_number(each.auroc)},"
                f" ECE {_number(each.expected_calibration_error)}; right of the answerable at {accepted_error:.0%}"
                f" wrong {each.answered_right:.1%}, in usual traffic {each.answered_right_usual:.1%}"
            )
    print(f"answer from {fitted.answer_threshold}")


@app.command()
def accept(actor: Annotated[str, typer.Option(help="Who consents: another person than who proposed it.")]) -> None:
    """Take the confidence model that `calibrate` proposed into use, from the next start on."""
    settings = Settings()
    with errors_in_one_sentence(), open_records(settings) as records:
        found = open_recalibrating(settings, records, now=now).accept(actor=person_id(actor))
    print(f"{found.version}, proposed by {found.proposed_by}, is in use from the next start on")


@app.command()
def decline(
    actor: Annotated[str, typer.Option(help="Who declines it.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the trail.")],
) -> None:
    """Keep the confidence model that `calibrate` proposed out of use."""
    settings = Settings()
    with errors_in_one_sentence(), open_records(settings) as records:
        found = open_recalibrating(settings, records, now=now).decline(reason, actor=person_id(actor))
    print(f"{found.version}, proposed by {found.proposed_by}, is declined and cannot be accepted")


def _calibrate_site(
    questions: Path, out: Path | None, *, version: str, accepted_error: float | None, known: SuitePart, actor: str
) -> None:
    """Every question is answered, however unsure; what was learned takes effect when a second person says so, and is
    proposed only where it is shown to be better."""
    settings = Settings()
    with errors_in_one_sentence():
        asked = read_questions(questions)
        in_use = load_confidence(settings.confidence_in_use, settings.max_wrong_rate)
        accepted = in_use.max_wrong_rate if accepted_error is None else accepted_error
        shipped = load_confidence(settings.confidence_model, accepted)
        base = onto(in_use, shipped, {each.conversation or each.id for each in asked})
        with open_service(settings.model_copy(update={"max_wrong_rate": 1.0})) as service:
            system, converter = InProcess(service), open_converter()
            answered = ask_all(system, asked, converter, advance=dot)
            passages = {fingerprint(each.passage.text) for each in passages_in_force(service, shanghai_day(now()))}
            # What was known before says nothing of texts that came since.
            passages &= base.passages_known or passages
            texts = service.texts
            taught = teach(answered, passages=passages, texts=texts, converter=converter, part=known, before=base.known)
            usual = held_against(in_use.known, answered, texts=texts, converter=converter)
        rows, before = (labelled(answered, each, name=questions.name) for each in (taught.features, usual))
        found = refit(rows, base, taught, before=before, in_use=in_use, version=version, accepted_error=accepted)
    print(f"{len(rows.labels)} questions, {int(rows.labels.sum())} answered right if all were answered")
    which = "" if known is SuitePart.ALL else f" (those of the {known} half)"
    print(f"{len(taught.known) - len(base.known)} of them are known from now on{which}, {len(base.known)} were before")
    print(f"{'':<8}{'answer from':<13}{'answered':<26}{'resolved':<26}{'wrong among answered':<26}AUROC  ECE")
    for name, outlook in (("before", found.before), ("after", found.after)):
        shares = "".join(f"{_with_interval(each):<26}" for each in (outlook.answered, outlook.resolved, outlook.wrong))
        print(
            f"{name:<8}{outlook.threshold:<13.2f}{shares}{_number(outlook.auroc)}  {_number(outlook.calibration_error)}"
        )
    for name, each in (("resolved", found.resolved), ("wrong", found.wrong)):
        interval = f"{100 * each.low:+.1f} to {100 * each.high:+.1f}"
        print(f"{name} of all, after less before: {100 * each.difference:+.1f} points (95 % interval {interval})")
    text = as_json(found.model, {"questions": questions.name, "sha256": rows.sha256})
    if out is not None:
        return _write(out, text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    count = len(rows.labels)
    proposal = CalibrationProposal(
        version=version,
        sha256=sha256,
        proposed_by=actor,
        proposed_at=now(),
        suite=questions.name,
        questions=count,
        before=found.before,
        after=found.after,
        accepted_error=accepted,
        resolved=found.resolved,
        wrong=found.wrong,
    )
    with errors_in_one_sentence(), open_records(settings) as records:
        open_recalibrating(settings, records, now=now).propose(proposal, text, picture=page(proposal))
    print(f"before and after: {settings.calibration_dir / 'proposal.html'}, and 抽样核对 of the console")
    print("in use when another person consents there, or with: kb eval accept --actor NAME")
    print("kept out of use with: kb eval decline --actor NAME --reason WHY")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"written to {path}")


def _with_interval(each: Share) -> str:
    return f"{each.rate or 0:.1%} ({each.low:.1%}–{each.high:.1%})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _json(value: Comparison) -> str:
    import json

    return json.dumps(asdict(value), ensure_ascii=False, indent=2)
