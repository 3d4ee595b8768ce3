"""Converting old office files with LibreOffice, where a site has it.

It runs as a child of the process that reads files, within the same limits of memory and file size, without macros,
links to other places or a profile of its own that outlives it.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from ingestion.parsing.limits import ParsingLimits
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

OFF = "off"
_PROGRAMS = ("soffice", "libreoffice")
_CPU_SECONDS = 60
# What tells the three kinds apart, as their directory names their main stream.
_STREAMS = (("WordDocument", "docx"), ("Workbook", "xlsx"), ("Book", "xlsx"), ("PowerPoint Document", "pptx"))
NEW_SUFFIX_OF = {
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
    return NEW_SUFFIX_OF.get(suffix)


def converted(program: str, data: bytes, suffix: str, new: str, *, name: str, limits: ParsingLimits) -> bytes:
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
                f"open it in its program and save it as .{new}.",
                Cause("conversion_failed", {"wanted": f".{new}"}),
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
            "open it in its program and save it in the new format.",
            Cause("conversion_timed_out", {"seconds": round(limits.conversion_seconds)}),
        ) from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the processes that it started are of its session
        process.wait()


def _limit_itself() -> None:
    """In the new process: it ends by itself even where the process that waits for it was killed."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
