"""What a message is, by examples that a site may add to: `prompts/examples/`, one file a class.

See docs/decisions/0021-reading-by-examples.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from pydantic import RootModel

from kb_service.asking.reading.linear_layer import Floats, LinearLayer
from kb_service.domain.answers import Reason
from kb_service.ports import Vector
from kb_service.text.vocabulary import load


class MessageClass(StrEnum):
    """What a person does with a message: asks for knowledge, or something else."""

    KNOWLEDGE = "knowledge"
    DISTRESS = "distress"
    ABUSE = "abuse"
    ORDERS = "orders"
    NEEDS_PERSONAL_DATA = "needs_personal_data"
    PLATFORM_FAULT = "platform_fault"
    USER_REQUEST = "user_request"
    COMPLAINT = "complaint"
    LITIGATION = "litigation"
    COURTESY = "courtesy"
    ERRAND = "errand"
    DISSATISFIED = "dissatisfied"
    ELSEWHERE = "elsewhere"

    @property
    def reason(self) -> Reason | None:
        """Why no document should answer it; None where one may, or where the conversation decides."""
        return _REASON_OF.get(self)

    @property
    def gives_way(self) -> bool:
        """Whether a sure answer is given all the same: 法院查封的房子能过户吗 sounds like a lawsuit and is none.

        To who may be in distress it is given beside the help lines.
        """
        return self in _GIVES_WAY


_REASON_OF = {
    MessageClass.DISTRESS: Reason.DISTRESS,
    MessageClass.ABUSE: Reason.ABUSE,
    MessageClass.ORDERS: Reason.ABUSE,
    MessageClass.NEEDS_PERSONAL_DATA: Reason.NEEDS_PERSONAL_DATA,
    MessageClass.PLATFORM_FAULT: Reason.PLATFORM_FAULT,
    MessageClass.USER_REQUEST: Reason.USER_REQUEST,
    MessageClass.COMPLAINT: Reason.OUT_OF_SCOPE,
    MessageClass.LITIGATION: Reason.OUT_OF_SCOPE,
    MessageClass.ERRAND: Reason.OUT_OF_SCOPE,
    MessageClass.ELSEWHERE: Reason.OUT_OF_SCOPE,
}
# Of 84 complaints and lawsuits none found a sure answer; of ten questions that were taken for one half did.
# Nor did any of 43 messages of distress or 50 insults and orders; questions that were taken for such often do
# (气死了排了半天队, 几天能拿). A fault of the platform is for its owner, whatever a text says of faults.
_GIVES_WAY = frozenset(
    {
        MessageClass.COMPLAINT,
        MessageClass.LITIGATION,
        MessageClass.ERRAND,
        MessageClass.ABUSE,
        MessageClass.DISTRESS,
    }
)
_CLASSES = tuple(MessageClass)
_KNOWLEDGE = _CLASSES.index(MessageClass.KNOWLEDGE)
_DISTRESS = _CLASSES.index(MessageClass.DISTRESS)
# Distress that is likelier than all else together is what the message is about. Half as likely as what it is about, it
# may be distress as well.
_MORE_LIKELY_THAN_NOT = 0.5
_OF_THE_LIKELIEST = 0.5


class _File(RootModel[tuple[str, ...]]):
    """A list of messages as people send them."""


Examples = Mapping[MessageClass, tuple[str, ...]]


def load_examples(folder: Path) -> Examples:
    """Of the folder of prompts. Raises VocabularyFault, with file and line, when a file is missing or no list."""
    return {each: load(folder / "examples", f"{each}.yaml", _File).root for each in MessageClass}


@dataclass(frozen=True, slots=True)
class Likeness:
    """``sure``: the class of a message, seldom wrongly another than knowledge; ``likely``: the likeliest, which counts
    only where no document surely answers. ``is_word_for_word``: it says so in words that are never overruled.
    ``may_be_distress``: it is taken for something else, and whom to call is told beside that.
    """

    sure: MessageClass = MessageClass.KNOWLEDGE
    likely: MessageClass = MessageClass.KNOWLEDGE
    is_word_for_word: bool = False
    may_be_distress: bool = False

    @property
    def gives_way(self) -> bool:
        """Whether a sure answer is given all the same."""
        return self.sure.gives_way and not self.is_word_for_word


PLAIN = Likeness()


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt from examples. ``thresholds``: by class, what a probability must exceed to be sure."""

    layer: LinearLayer
    thresholds: Floats


def fit(
    examples: Examples,
    *,
    read: Callable[[str], str],
    embed_all: Callable[[Sequence[str]], Floats],
    accepted_false_alarms: Mapping[MessageClass, float],
) -> Fitted:
    """``read``: an example as a message of the same words is read: normalised, without courtesies and insults.

    ``embed_all``: vectors of such texts, a row each. ``accepted_false_alarms``: which share of the examples of
    knowledge may be taken for a class; examples are judged by a layer that has not seen them.
    """
    pairs = [(text, _CLASSES.index(each)) for each, texts in examples.items() for text in map(read, texts) if text]
    texts = [text for text, _ in pairs]
    classes = np.array([at for _, at in pairs])
    layer, unseen = LinearLayer.fitted(texts, embed_all(texts), classes, len(_CLASSES))
    of_knowledge = unseen[classes == _KNOWLEDGE]
    accepted = [accepted_false_alarms.get(each, 0.0) for each in _CLASSES]
    thresholds = [np.quantile(of_knowledge[:, at], 1 - share) for at, share in enumerate(accepted)]
    return Fitted(layer, np.array(thresholds, np.float32))


@dataclass(frozen=True, slots=True)
class ExampleReader:
    """Compares messages with examples. ``embed``: the vector of a text, as the examples were embedded."""

    fitted: Fitted
    embed: Callable[[str], Vector]

    def likeness(self, text: str) -> Likeness:
        """Of a text read as the examples were."""
        (shares,) = self.fitted.layer.probabilities([text], self.embed(text)[None])
        likely = int(shares.argmax())
        accepted = self.fitted.thresholds[_DISTRESS]
        if shares[_DISTRESS] > max(accepted, _MORE_LIKELY_THAN_NOT):
            return Likeness(MessageClass.DISTRESS, MessageClass.DISTRESS)
        is_sure = likely not in (_KNOWLEDGE, _DISTRESS) and shares[likely] > self.fitted.thresholds[likely]
        return Likeness(
            _CLASSES[likely] if is_sure else MessageClass.KNOWLEDGE,
            _CLASSES[likely],
            may_be_distress=bool(shares[_DISTRESS] > max(accepted, _OF_THE_LIKELIEST * shares[likely])),
        )
