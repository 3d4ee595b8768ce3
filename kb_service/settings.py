"""Where things are and how they are reached, from the environment (`KB_*`). Every field is told in docs/settings.md."""

from collections.abc import Sequence
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PREFIX = "KB_"
_ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(default=Path("var"), description="Everything a running product keeps.")
    database_url: str | None = Field(default=None, description="SQLite in the data folder unless given.")
    database_patience_seconds: float = Field(
        default=5,
        gt=0,
        le=600,
        description="How long PostgreSQL may say nothing before it is looked at whether it lives.",
    )
    sqlite_synchronous: Literal["NORMAL", "FULL"] = Field(
        default="NORMAL", description="FULL also survives a power cut, at a disk sync a write."
    )
    start_new: bool = Field(
        default=False,
        description="Start with an empty database although originals or an index of another are in the data folder.",
    )
    keep_transcript_days: int = Field(
        default=180,
        ge=0,
        le=36500,
        description="After how many days the words of questions, answers and comments are erased; 0 keeps them.",
    )
    prompts_dir: Path = Field(default=_ROOT / "prompts", description="Lexicon, wording and prompts.")
    confidence_model: Path = Field(
        default=_ROOT / "kb_service" / "asking" / "search" / "confidence_model.json",
        description="The fitted confidence model, unless the site has one of its own in its data folder.",
    )
    follow_up_model: Path = Field(
        default=_ROOT / "kb_service" / "asking" / "search" / "follow_up_model.json",
        description="The fitted confidence model of answers to follow-ups.",
    )

    questions_dir: Path = Field(
        default=_ROOT / "corpus" / "questions", description="Known questions (.jsonl) that a rehearsal asks."
    )

    host: str = Field(default="127.0.0.1", description="Where `kb serve` listens.")
    port: int = Field(default=8000, ge=1, le=65535)
    allow_remote: bool = Field(
        default=False, description="Listen beyond loopback although no keys protect the service (a closed network)."
    )
    allowed_hosts: str = Field(
        default="",
        description="Names, with commas, under which a service without keys is reached beside addresses and localhost.",
    )
    open_asking: bool = Field(
        default=False, description="Visitors without a key may ask, although keys protect everything else."
    )
    proxies: str = Field(
        default="127.0.0.1,::1", description="Addresses of proxies whose X-Forwarded-For is believed, with commas."
    )
    connections: int = Field(default=2048, ge=16, le=100_000, description="The most connections at a time.")
    requests_per_key: int = Field(
        default=6000, ge=0, description="The most requests of a key a minute; 0 is any number."
    )
    requests_per_address: int = Field(
        default=1200, ge=0, description="The same of an address that shows no valid key; 0 is any number."
    )
    wrong_keys_per_address: int = Field(
        default=60, ge=0, description="How often an address may try keys a minute; 0 is any number."
    )

    audit_questions: int = Field(
        default=50, ge=0, le=1000, description="Questions of each week that people read and judge; 0 for none."
    )
    audit_seed: str = Field(
        default="", max_length=100, description="With the week it decides which: the same seed draws the same ones."
    )

    general_desk: str | None = Field(
        default=None,
        description="The id of the department whose helpers take what no other department has helpers for.",
    )
    assignment: Literal["pull", "push"] = Field(
        default="pull",
        description="Whether helpers take people from the queue, or are given them by who has the most room.",
    )

    kept_review_days: int = Field(
        default=180,
        ge=0,
        le=3660,
        description="Days until a kept reply of a helper is to be looked at again; 0 is never.",
    )

    contact: str = Field(default="", description="How people reach who answers for the service, on the public page.")
    smallest_public_count: int = Field(
        default=10, ge=3, le=1000, description="No count below it is told in the public record."
    )

    learned_routing: bool = Field(
        default=True, description="Whether what became of past escalations helps to find the responsible department."
    )
    attachment_mb: int = Field(
        default=10, ge=1, le=100, description="Megabytes that a picture or recording in a talk may have."
    )
    attachments_per_talk: int = Field(
        default=30, ge=1, le=1000, description="Pictures and recordings that a talk may have."
    )

    webhook_hosts: str = Field(
        default="", description="Hosts inside private networks that webhooks may be sent to, with commas."
    )

    index_wait_seconds: float = Field(
        default=600.0,
        ge=0,
        allow_inf_nan=False,
        description="How long a command waits for another one that is using the embedded index.",
    )
    log_format: Literal["text", "json"] = Field(default="text", description="How the log of a service is written.")

    qdrant_url: str | None = Field(default=None, description="A Qdrant server instead of the embedded index.")
    qdrant_api_key: SecretStr | None = None
    qdrant_collection: str = "passages"

    embedding_model: str | None = Field(
        default=None,
        description="A folder with an ONNX model, a name that fastembed knows, or the http(s) address of an "
        "OpenAI-compatible endpoint; the folder that `make model` built unless given.",
    )
    embedding_endpoint_model: str = Field(default="", description="The model's name at the endpoint.")
    embedding_key: SecretStr | None = Field(default=None, description="The endpoint's key.")
    embedding_dimensions: int = Field(default=0, ge=0, description="At an endpoint; 0 asks it once.")
    embedding_question_prefix: str | None = Field(default=None, description="Instead of the model folder's own.")
    embedding_passage_prefix: str | None = Field(default=None, description="Instead of the model folder's own.")
    embedding_threads: int = Field(default=0, ge=0, description="Threads for embedding passages; 0 is all cores.")

    max_wrong_rate: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Which share of the answers given may be wrong; unless given, what the confidence model is for.",
    )
    end_notice_days: int = Field(
        default=90,
        ge=0,
        description="How many days before a rule ends answers say so; a known successor is always told.",
    )
    reranker_model: str | None = Field(default=None, description="A folder with a cross-encoder in ONNX form.")
    llm_url: str | None = Field(
        default=None,
        description="The http(s) address of an OpenAI-compatible endpoint that drafts and looks for contradictions.",
    )
    llm_model: str = Field(default="", description="The model's name there.")
    llm_key: SecretStr | None = Field(default=None, description="The endpoint's key.")
    llm_seconds: float = Field(
        default=20.0, gt=0, allow_inf_nan=False, description="The time a draft may take, a second try included."
    )
    llm_context: int = Field(default=8192, ge=1024, description="Tokens of the model's context window.")
    llm_reply_tokens: int = Field(
        default=1024, ge=64, description="Tokens that a reply may take; where thoughts use them up, none are named."
    )

    user_key: SecretStr | None = Field(
        default=None, description="Key of the hash that user references are kept as; made in the data folder if absent."
    )
    reconcile_seconds: int = Field(default=60, ge=1, description="How often the index is compared with what is due.")
    executor: str | None = Field(
        default=None, description="The name under which this process takes jobs; host name and role unless given."
    )
    reading_seconds: float = Field(
        default=30.0,
        gt=0,
        le=86_400,
        description="Seconds of the processor that a file may take to be read; a scan, each of its pages.",
    )
    reading_memory_mb: int = Field(default=1024, ge=256, description="The memory a file may take to be read.")
    speaker_notes: bool = Field(default=False, description="Whether the notes under slides are read as text.")
    libreoffice: str | None = Field(
        default=None,
        description="LibreOffice, which .doc, .wps, .xls and .ppt are converted with; found on the path unless given.",
    )
    jobs_at_once: int = Field(default=2, ge=1, le=32, description="Small uploads that this process reads at a time.")

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, proxies: str) -> str:
        if proxies != "*":
            for each in filter(None, map(str.strip, proxies.split(","))):
                try:
                    ip_network(each)
                except ValueError as error:
                    raise ValueError("a part of it is no IP address, network such as 10.0.0.0/8, or *") from error
        return proxies

    @model_validator(mode="after")
    def _a_model_has_a_name_and_room(self) -> Self:
        if self.llm_url and not self.llm_model:
            raise ValueError("KB_LLM_URL is set, and KB_LLM_MODEL is not: name the model that should draft there")
        if self.llm_url and self.llm_reply_tokens >= self.llm_context:
            raise ValueError("KB_LLM_REPLY_TOKENS fills all of KB_LLM_CONTEXT; leave room for rules and passages")
        return self

    @cached_property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'kb.sqlite').resolve()}"

    @property
    def own_confidence_model(self) -> Path:
        """Where `kb eval calibrate --questions` puts what it learned from the site's own questions."""
        return self.data_dir / "confidence_model.json"

    @property
    def own_questions_dir(self) -> Path:
        """The site's own suite: what was kept of audited samples is there."""
        return self.data_dir / "questions"

    @property
    def calibration_dir(self) -> Path:
        """Where a model that `kb eval calibrate` proposes waits for a second person."""
        return self.data_dir / "calibration"

    @property
    def suites(self) -> Sequence[Path]:
        """Folders of known questions, each once."""
        return list({each.resolve(): each for each in (self.own_questions_dir, self.questions_dir)}.values())

    @property
    def confidence_in_use(self) -> Path:
        return self.own_confidence_model if self.own_confidence_model.exists() else self.confidence_model

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"

    @property
    def blobs_dir(self) -> Path:
        return self.data_dir / "blobs"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"


def settings_fault(error: ValidationError) -> str:
    """Which variable is wrong and how, in one sentence; never its value, which may be a secret."""
    fault = error.errors()[0]
    message = str(fault["msg"]).removeprefix("Value error, ")
    name = "".join(f"{_PREFIX}{part}".upper() for part in fault["loc"][:1])
    return f"{name}: {message}; docs/settings.md tells what it takes" if name else f"{message}; see docs/settings.md"
