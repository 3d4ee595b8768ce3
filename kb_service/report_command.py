"""What `kb report` does, in the database that a running service uses as well: neither key nor index is needed."""

from pathlib import Path

from kb_service.asking.search.confidence import load_confidence
from kb_service.console.monthly_report import Names, html_of
from kb_service.console.public_page import Told, files_of
from kb_service.domain.audits import Rating
from kb_service.domain.resolution import Share, share
from kb_service.measuring_wiring import open_auditing, open_measuring, open_reporting, open_telling
from kb_service.settings import Settings
from kb_service.wiring import now, open_records


def write_month(settings: Settings, month: str, out: Path | None) -> Path:
    """One HTML file; ``report-2026-11.html`` unless ``out`` says which. Raises InvalidRecord for what is no month."""
    with open_records(settings) as records:
        measuring = open_measuring(records, now=now)
        reporting = open_reporting(settings, records, measuring, now=now)
        measuring.take_in()
        html = html_of(reporting.month(month), Names.of(records.catalogue), prompts=settings.prompts_dir)
    target = out or Path(f"report-{month}.html")
    target.write_text(html, encoding="utf-8")
    return target


def write_public(settings: Settings, month: str, folder: Path) -> list[Path]:
    """Open data, its description and a page. Raises InvalidRecord for a month that is none, or not old enough."""
    with open_records(settings) as records:
        open_measuring(records, now=now).take_in()
        record = open_telling(settings, records, now=now).month(month)
        desk = next((each for each in records.catalogue.departments() if each.id == settings.general_desk), None)
        told = Told(
            model=settings.llm_model if settings.llm_url else "",
            wrong=measured_wrong(settings),
            contact=settings.contact,
            desk=desk,
            wrong_of_sample=open_auditing(settings, records, now=now).share(record.period, Rating.WRONG),
        )
        texts = files_of(record, Names.of(records.catalogue), told, prompts=settings.prompts_dir)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    if is_new:
        folder.chmod(0o755)
    written = [folder / name for name in texts]
    for path in written:
        path.write_bytes(texts[path.name].encode())
        path.chmod(0o644)  # it is for everybody
    return written


def measured_wrong(settings: Settings) -> Share | None:
    """Which share of the answers given is wrong, as `kb eval calibrate` saw it on the site's own questions; None where
    it never ran: the model that comes with the service was fitted on those of others."""
    if not settings.own_confidence_model.exists():
        return None
    model = load_confidence(settings.own_confidence_model, settings.max_wrong_rate)
    seen = next((each for each in model.risks if each.threshold == model.answer_threshold), None)
    return share(round(seen.wrong), round(seen.answered)) if seen else None
