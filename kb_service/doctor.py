"""`kb doctor`: what is wrong with this installation, and what to do about it. Changes nothing and starts nothing."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from kb_service.adapters.full_disk import require_room
from kb_service.adapters.index.manifest import read_manifest
from kb_service.adapters.index.ownership import find_owner
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.engine import Database, file_of, head_revision, revision_of
from kb_service.adapters.sql.helpers import SqlHelpers
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.adapters.user_key import USER_KEY, user_key_in
from kb_service.asking.checking.words import load_checking_words
from kb_service.asking.drafting.model_brief import load_prompts
from kb_service.asking.drafting.planted_orders import load_planted
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.reading.examples import load_examples
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.client import ServiceClient
from kb_service.domain.errors import KbError
from kb_service.helping.approval import nobody_approves
from kb_service.helping.canned_replies import load_canned_reply_words
from kb_service.helping.summaries import load_summary_words
from kb_service.learning_wiring import load_learning_words
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.second_opinion import load_opinion_prompt
from kb_service.publishing.stated_days import load_stated_day_words
from kb_service.settings import Settings
from kb_service.wiring import model_source, now, open_model

# Reads a file of words in a folder; raises VocabularyFault.
Loader = Callable[[Path], object]
_LOADERS_OF_WORDS: tuple[Loader, ...] = (
    load_lexicon,
    load_examples,
    load_quoting_words,
    load_planted,
    load_checking_words,
    load_prompts,
    load_contrasts,
    load_opinion_prompt,
    load_stated_day_words,
    load_summary_words,
    load_canned_reply_words,
    load_learning_words,
)
_SECONDS = 5
_MOST_LETTERS = 500
_FEW_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``problem`` is empty where all is well; it says what to do too."""

    subject: str
    problem: str = ""


def diagnoses(settings: Settings, *, words_of_doors: Sequence[Loader]) -> Iterator[Diagnosis]:
    """One for each thing that is looked at, in the order in which the service needs them.

    What is in the database is not looked at where that cannot be used: each look would wait for it anew."""
    usable = _UsableDatabase()

    def words(settings: Settings) -> str:
        for read in (*words_of_doors, *_LOADERS_OF_WORDS):
            read(settings.prompts_dir)
        return ""

    examine: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("data folder", _data_folder),
        ("disk", _disk),
        ("words in prompts", words),
        ("database", usable.problem),
        ("key of user hashes", _user_key),
        ("embedding model", _model),
        ("index", _index),
        ("jobs", usable.looked(_jobs)),
        ("human help", usable.looked(_human_help)),
        ("webhooks", usable.looked(_webhooks)),
        ("who may reach it", _reach),
        ("language model", _language_model),
        ("service", _service),
    )
    for subject, look in examine:
        try:
            problem = look(settings)
        except KbError as error:
            problem = str(error)
        except OSError as error:
            problem = f"{error}; check the path, its rights and the disk"
        yield Diagnosis(subject, problem)


def _data_folder(settings: Settings) -> str:
    folder = settings.data_dir
    if not folder.is_dir():
        return f"{folder.resolve()} is not there; `make run` or `kb serve` makes it, or correct KB_DATA_DIR"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"this user may not write into {folder.resolve()}; change its owner, or run as its owner"
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return f"others may look into {folder.resolve()}; `chmod 700` it, or start the service once, which does"
    return ""


def _disk(settings: Settings) -> str:
    if settings.data_dir.is_dir():
        require_room(settings.data_dir)
        free = shutil.disk_usage(settings.data_dir).free
        if free < _FEW_FREE_BYTES:
            return f"only {free // 1024**2} MB are free; free some space before intake stops"
    return ""


class _UsableDatabase:
    """Whether there is one is found out once."""

    def __init__(self) -> None:
        self._is_usable = False

    def problem(self, settings: Settings) -> str:
        if (file := file_of(settings.database)) and not file.exists():
            return "there is none yet; `make run` or `kb ingest` makes it. If there was one, put the last backup back"
        with _opened(settings) as database:
            revision = revision_of(database)
        if revision is None:
            return "it has no tables yet; `kb serve` or `kb ingest` makes them, or correct KB_DATABASE_URL"
        if revision != head_revision():
            return f"it is of another version of the service ({revision}); `kb serve` brings an older one up to date"
        self._is_usable = True
        return ""

    def looked(self, look: Callable[[Database], str]) -> Callable[[Settings], str]:
        def problem(settings: Settings) -> str:
            if not self._is_usable:
                return ""
            with _opened(settings) as database:
                return look(database)

        return problem


def _opened(settings: Settings) -> AbstractContextManager[Database]:
    return closing(Database(settings.database, patience_seconds=settings.database_patience_seconds))


def _user_key(settings: Settings) -> str:
    if settings.user_key is None and (settings.data_dir / USER_KEY).exists():
        user_key_in(settings.data_dir)
    return ""


def _model(settings: Settings) -> str:
    if settings.embedding_model is None and not Path(model_source(settings)).is_dir():
        return f"{model_source(settings)} is not there; `make model` builds it"
    open_model(settings)
    return ""


def _index(settings: Settings) -> str:
    if settings.qdrant_url:
        key = settings.qdrant_api_key
        headers = {"api-key": key.get_secret_value()} if key else {}
        return _unreachable(f"{settings.qdrant_url.rstrip('/')}/collections", headers, "KB_QDRANT_URL")
    if read_manifest(settings.index_dir) is None:
        return "it is not there or cannot be read; `kb reindex` makes it anew from the database"
    return ""


def _jobs(database: Database) -> str:
    letters = SqlJobs(database, now=now).dead_letters()
    if not letters:
        return ""
    return f"{len(letters)} were given up, the first with: {letters[0].error}; `kb check` lists them"


def _human_help(database: Database) -> str:
    unapproved = nobody_approves(SqlHelpers(database).all(), SqlCatalogue(database).departments())
    if not unapproved:
        return ""
    names = "、".join(each.name for each in unapproved)
    return f"what is written for {names} reaches nobody: its helpers are all juniors; set up one who is none"


def _webhooks(database: Database) -> str:
    letters = SqlWebhooks(database, new_id=str).list(is_dead=True, limit=_MOST_LETTERS)
    if not letters:
        return ""
    count = f"{_MOST_LETTERS} or more" if len(letters) == _MOST_LETTERS else f"{len(letters)}"
    return (
        f"{count} events did not reach other systems within a day, the last with: {letters[0].error}; "
        "`kb webhooks deliveries --dead` lists them, `kb webhooks send --all` sends them again"
    )


def _reach(settings: Settings) -> str:
    if settings.host in {"127.0.0.1", "::1", "localhost"} or not settings.allow_remote:
        return ""
    return f"KB_ALLOW_REMOTE lets anybody who reaches {settings.host} do everything, unless there are keys; make keys"


def _language_model(settings: Settings) -> str:
    if settings.llm_url is None:
        return ""
    headers = {"Authorization": f"Bearer {settings.llm_key.get_secret_value()}"} if settings.llm_key else {}
    return _unreachable(f"{settings.llm_url.rstrip('/')}/models", headers, "KB_LLM_URL")


def _unreachable(url: str, headers: dict[str, str], variable: str) -> str:
    try:
        reply = httpx.get(url, headers=headers, timeout=_SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{url} does not answer ({error}); check {variable}, and that it is running"
    if reply.status_code in {401, 403}:
        return f"{url} does not take the key; check {variable.replace('_URL', '_KEY')}"
    return ""


def _service(settings: Settings) -> str:
    """Nothing is wrong with one that does not run."""
    owner = find_owner(settings.data_dir)
    if owner is not None:
        ServiceClient(f"http://{owner.host}:{owner.port}", name=f"process {owner.pid}").readiness()
    return ""
