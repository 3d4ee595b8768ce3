"""What `kb report` does, in the database that a running service uses as well: neither key nor index is needed."""

from pathlib import Path

from kb_service.console.monthly_report import Names, html_of
from kb_service.settings import Settings
from kb_service.wiring import open_measuring, open_records, open_reporting


def write_month(settings: Settings, month: str, out: Path | None) -> Path:
    """One HTML file; ``report-2026-11.html`` unless ``out`` says which. Raises InvalidRecord for what is no month."""
    with open_records(settings) as records:
        measuring = open_measuring(records)
        reporting = open_reporting(records, measuring)
        measuring.take_in()
        names = Names(
            {each.id: each.name for each in records.catalogue.matter_names()},
            {each.id: each.name for each in records.catalogue.departments()},
        )
        html = html_of(reporting.month(month), names, prompts=settings.prompts_dir)
    target = out or Path(f"report-{month}.html")
    target.write_text(html, encoding="utf-8")
    return target
