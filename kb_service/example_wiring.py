"""Puts together what compares messages with examples; what it learnt is kept beside the models."""

import contextlib
import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from kb_service.asking.reading.examples import ExampleReader, Examples, Fitted, fit, load_examples
from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.reading.linear_layer import LEARNT_BY, Floats, LinearLayer
from kb_service.ports import EmbeddingModel, ScriptConverter, Vector
from kb_service.settings import Settings
from kb_service.text.normalising import normalised

log = logging.getLogger(__name__)


def open_examples(
    settings: Settings,
    lexicon: Lexicon,
    converter: ScriptConverter,
    model: EmbeddingModel,
    *,
    embed: Callable[[str], Vector],
    question_vectors: Callable[[Sequence[str]], Mapping[str, Vector]],
) -> ExampleReader:
    """Learns from the examples when they, or the model, are others than the last time; what it learnt is kept.

    ``question_vectors``: by text; those of a thousand examples take some seconds unless they are kept as well.
    Raises VocabularyFault.
    """
    examples = load_examples(settings.prompts_dir)
    path = settings.models_dir / f"examples-{_key(examples, lexicon, model)}.npz"
    fitted = _kept(path)
    if fitted is None:
        count = sum(map(len, examples.values()))
        log.warning("learning from %d examples what messages are: about a minute, once for these examples", count)
        fitted = fit(
            examples,
            read=lambda text: _read(text, lexicon, converter),
            embed_all=lambda messages: _rows(question_vectors(messages), messages),
            accepted_false_alarms=lexicon.scope.accepted_false_alarms,
        )
        with contextlib.suppress(OSError):  # a folder that cannot be written costs seconds at each start, no more
            _keep(fitted, path)
    return ExampleReader(fitted, embed)


def _rows(vector_of: Mapping[str, Vector], texts: Sequence[str]) -> Floats:
    return np.array([vector_of[text] for text in texts], np.float32)


def _read(text: str, lexicon: Lexicon, converter: ScriptConverter) -> str:
    """As a message is read before it is compared; nothing of one that is known for an insult without comparing."""
    said = normalised(text, converter).strip()
    return "" if lexicon.scope.is_only_insults(said) else lexicon.bare(said)


def _key(examples: Examples, lexicon: Lexicon, model: EmbeddingModel) -> str:
    """Of what the outcome depends on, but for the words that `_read` takes away."""
    learned_from = (examples, lexicon.scope.accepted_false_alarms, model.fingerprint, LEARNT_BY)
    return hashlib.sha256(json.dumps(learned_from).encode()).hexdigest()[:16]


def _kept(path: Path) -> Fitted | None:
    try:
        with np.load(path) as kept:
            return Fitted(LinearLayer(kept["mean"], kept["scale"], kept["weights"]), kept["thresholds"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):  # not there, or cut off while it was written
        return None


def _keep(fitted: Fitted, path: Path) -> None:
    """Whole or not at all: another process may be reading."""
    partial = path.with_suffix(f".{os.getpid()}.npz")
    layer = fitted.layer
    try:
        np.savez(partial, mean=layer.mean, scale=layer.scale, weights=layer.weights, thresholds=fitted.thresholds)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
