"""Chooses the embedding model that the settings name: a folder, a model fastembed lists, or an endpoint."""

from dataclasses import dataclass
from pathlib import Path

from kb_service.adapters.embedding.cpu_check import GRAPH_FILE_OF, first_sound_model, processor_type
from kb_service.adapters.embedding.endpoint_model import Endpoint, EndpointModel
from kb_service.adapters.embedding.fastembed_model import Prefixes, known_model, model_in_folder
from kb_service.adapters.embedding.model_folder import MODEL_NAME, ModelUsage, Precision, manifest_of, usage_of
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import EmbeddingModel


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """``source``: a folder, the name of a model that fastembed lists, or the http(s) address of an endpoint.

    Prefixes of None are those of the folder's kb_model.json, and nothing elsewhere. ``passage_threads`` 0: one a core.
    """

    source: str = f"var/models/{MODEL_NAME}"
    question_prefix: str | None = None
    passage_prefix: str | None = None
    passage_threads: int = 0
    fastembed_cache: Path = Path("var/models/fastembed")
    endpoint_model: str = ""
    endpoint_key: str = ""
    endpoint_dimensions: int = 0


def load_model(choice: ModelChoice) -> EmbeddingModel:
    """Loads it now. Raises EmbeddingModelUnavailable with the mend when the folder, files or settings fall short."""
    if choice.source.startswith(("http://", "https://")):
        return _endpoint(choice)
    folder = Path(choice.source)
    if folder.is_dir():
        return _folder(folder, choice)
    # Only a path has a folder in front that exists, or more than the one slash of "organisation/model".
    if folder.is_absolute() or choice.source.count("/") != 1:
        raise EmbeddingModelUnavailable(f"the model folder {folder} does not exist; run `make model` to build it")
    prefixes = Prefixes(choice.question_prefix or "", choice.passage_prefix or "")
    return known_model(choice.source, prefixes=prefixes, cache=choice.fastembed_cache, threads=choice.passage_threads)


def _endpoint(choice: ModelChoice) -> EndpointModel:
    if not choice.endpoint_model:
        raise EmbeddingModelUnavailable(
            f"the embedding endpoint {choice.source} needs the name of a model; set KB_EMBEDDING_ENDPOINT_MODEL"
        )
    return EndpointModel(
        Endpoint(
            base_url=choice.source,
            model=choice.endpoint_model,
            api_key=choice.endpoint_key,
            question_prefix=choice.question_prefix or "",
            passage_prefix=choice.passage_prefix or "",
            dimensions=choice.endpoint_dimensions,
        )
    )


def _folder(folder: Path, choice: ModelChoice) -> EmbeddingModel:
    manifest = manifest_of(folder)
    usage = _with_prefixes(usage_of(folder), choice)
    # Only the default model has reference vectors, and only under the prefixes they were made with.
    if manifest is None or manifest.model != MODEL_NAME or usage != usage_of(folder):
        return model_in_folder(folder, usage, threads=choice.passage_threads)

    def load(precision: Precision) -> EmbeddingModel:
        graph = usage.model_copy(update={"model_file": GRAPH_FILE_OF[precision]})
        return model_in_folder(folder, graph, threads=choice.passage_threads)

    return first_sound_model(folder, manifest, load, processor=processor_type())


def _with_prefixes(usage: ModelUsage, choice: ModelChoice) -> ModelUsage:
    chosen = {"question_prefix": choice.question_prefix, "passage_prefix": choice.passage_prefix}
    return usage.model_copy(update={name: value for name, value in chosen.items() if value is not None})
