"""A page of what a recalibrated confidence changes: figures and reliability, before and after, in one file."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from eval.curves import alone, reliability_before_and_after
from kb_service.domain.calibrations import CalibrationProposal, Outlook, PairedChange
from kb_service.domain.resolution import Share

_STYLE = (
    "body{font:15px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
    "th,td{padding:.3em 1em .3em 0;border-bottom:1px solid #d1d5db;text-align:left}"
)


def page(proposal: CalibrationProposal) -> str:
    """Self-contained HTML."""
    head = ("", "answered from", "answered", "resolved", "wrong of the answered", "AUROC", "calibration error")
    rows = [("before", *_cells(proposal.before)), ("after", *_cells(proposal.after))]
    what = f"{proposal.questions} questions of {proposal.suite}, judged on folds that the fit had not seen"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            f"<title>Confidence {escape(proposal.version)}</title>",
            f"<style>{_STYLE}</style>",
            f"<h1>Confidence model {escape(proposal.version)}, proposed by {escape(proposal.proposed_by)}</h1>",
            f"<p>{escape(what)}. 95 % Wilson intervals.</p>",
            "<table>",
            _row("th", head),
            *(_row("td", each) for each in rows),
            "</table>",
            f"<p>After less before, of all questions: resolved {_change(proposal.resolved)}, "
            f"wrong {_change(proposal.wrong)}.</p>",
            "<p>Dots on the line are honest: of answers given with that confidence so many were right. "
            "Grey: before, blue: after.</p>",
            alone(reliability_before_and_after(proposal.before.dots, proposal.after.dots)),
            f"<p>SHA-256 of the model: <code>{proposal.sha256}</code></p></html>\n",
        ]
    )


def _row(cell: str, texts: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(each)}</{cell}>' for each in texts)}</tr>"


def _cells(one: Outlook) -> Sequence[str]:
    return (
        f"{one.threshold:.2f}",
        *map(_share, (one.answered, one.resolved, one.wrong)),
        *("—" if each is None else f"{each:.3f}" for each in (one.auroc, one.calibration_error)),
    )


def _change(one: PairedChange) -> str:
    return f"{100 * one.difference:+.1f} points ({100 * one.low:+.1f} to {100 * one.high:+.1f})"


def _share(one: Share) -> str:
    return f"{one.rate or 0:.1%} ({one.low:.1%}–{one.high:.1%}; {one.successes}/{one.n})"
