"""Old binary office files, by converting them with LibreOffice where a site has it.

It runs as a child of the process that reads files, within the same limits of memory and file size, without macros,
links to other places or a profile of its own that outlives it.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.limits import ParsingLimits, require_safe_archive
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import Note, NoteKind

OFF = "off"
_PROGRAMS = ("soffice", "libreoffice")
_CPU_SECONDS = 60
# What tells the three kinds apart, as their directory names their main stream.
_STREAMS = (("WordDocument", "docx"), ("Workbook", "xlsx"), ("Book", "xlsx"), ("PowerPoint Document", "pptx"))
_NEW_SUFFIX_OF = {
    ".doc": "docx", ".dot": "docx", ".wps": "docx", ".wpt": "docx", ".rtf": "docx", ".xls": "xlsx", ".xlt": "xlsx",
    ".et": "xlsx", ".ett": "xlsx", ".ppt": "pptx", ".pps": "pptx", ".dps": "pptx", ".ods": "xlsx", ".odp": "pptx",
    ".xlsb": "xlsx",
}  # fmt: skip
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""
# Nothing listens there: what a document links to on the network is not fetched.
_NOWHERE = "http://127.0.0.1:9"


def libreoffice(limits: ParsingLimits) -> str | None:
    """The program, or None where there is none or the site wants none."""
    if limits.libreoffice == OFF:
        return None
    if limits.libreoffice:
        return shutil.which(limits.libreoffice)
    return next((found for each in _PROGRAMS if (found := shutil.which(each))), None)


def new_suffix(data: bytes, suffix: str) -> str | None:
    """Of the format to convert to, by what the file holds, else by its ending."""
    for stream, new in _STREAMS:
        if stream.encode("utf-16-le") in data:
            return new
    return _NEW_SUFFIX_OF.get(suffix)


def read_old_office(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    from ingestion.parsing.sheets import read_xlsx
    from ingestion.parsing.slides import read_pptx
    from ingestion.parsing.word.reading import read_docx

    suffix = Path(name.lower()).suffix
    new = new_suffix(data, suffix) or "docx"
    program = libreoffice(limits)
    assert program is not None, "`format_of` gives this format only where there is one"
    limits.page_recognised()  # it takes seconds: whoever waits for quick files first hears of it now
    converted = _converted(program, data, suffix, new, name, limits)
    require_safe_archive(converted, name, limits)
    reader = {"docx": read_docx, "xlsx": read_xlsx, "pptx": read_pptx}[new]
    parsed = reader(converted, name, limits)
    notes = (*parsed.report.notes, Note(NoteKind.CONVERTED))
    return replace(parsed, report=replace(parsed.report, notes=notes))


def _converted(program: str, data: bytes, suffix: str, new: str, name: str, limits: ParsingLimits) -> bytes:
    with TemporaryDirectory(prefix="kb-convert-") as folder:
        profile = Path(folder, "profile", "user")
        profile.mkdir(parents=True)
        Path(profile, "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = Path(folder, f"source{suffix if suffix.isascii() else ''}")
        source.write_bytes(data)
        arguments = [
            program,
            f"-env:UserInstallation={profile.parent.as_uri()}",
            *("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"),
            *("--convert-to", new, "--outdir", str(Path(folder, "made")), str(source)),
        ]
        _run(arguments, folder, name, limits)
        made = Path(folder, "made", f"source.{new}")
        if not made.exists() or made.stat().st_size > limits.file_bytes:
            raise FileRefused(
                f"{name} could not be converted by LibreOffice (damaged, encrypted or of another format); "
                f"open it in its program and save it as .{new}."
            )
        return made.read_bytes()


def _run(arguments: list[str], folder: str, name: str, limits: ParsingLimits) -> None:
    own = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if key in os.environ}
    nowhere = {f"{scheme}_proxy": _NOWHERE for scheme in ("http", "https", "ftp", "all")}
    process = subprocess.Popen(
        arguments,
        env=own | nowhere | {"HOME": folder, "TMPDIR": folder, "SAL_USE_VCLPLUGIN": "svp"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_limit_itself,
    )
    try:
        process.wait(limits.conversion_seconds)
    except subprocess.TimeoutExpired as error:
        raise FileRefused(
            f"{name}: LibreOffice took more than {limits.conversion_seconds:g} seconds to convert it; "
            "open it in its program and save it in the new format."
        ) from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the processes that it started are of its session
        process.wait()


def _limit_itself() -> None:
    """In the new process: it ends by itself even where the process that waits for it was killed."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
