"""What chat completions take. Clients of that interface send many fields; those not named here change nothing."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kb_service.api.asked import Conditions
from kb_service.domain.causes import Cause
from kb_service.domain.errors import PictureRefused, QuestionEmpty, QuestionNotText


class ChatMetadata(Conditions):
    """The conditions of `/v1/answers`, as strings. What else a client notes there is left alone."""

    model_config = ConfigDict(extra="ignore")


def _given(metadata: object) -> object:
    """Without what is empty: a value is text there, and how a template leaves one out."""
    if isinstance(metadata, dict):
        return {name: value for name, value in metadata.items() if value not in ("", None)}
    return {} if metadata is None else metadata


class ChatMessage(BaseModel):
    role: str
    content: Any = None


class StreamOptions(BaseModel):
    include_usage: bool | None = False


class ResponseFormat(BaseModel):
    type: Literal["text"] = "text"


class ChatCompletionRequest(BaseModel):
    """``messages``: the last of the user's is the question. Answers come one at a time and as text."""

    model: str = Field(default="kb", max_length=200, description="Any name; the answer is always of the model kb.")
    messages: list[ChatMessage] = Field(min_length=1, max_length=500)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[Literal[1] | None, Field(description="One answer; more are refused.")] = None
    response_format: ResponseFormat | None = None
    user: str | None = Field(default=None, max_length=200, description="Who asks, opaque; kept as a keyed hash.")
    safety_identifier: str | None = Field(default=None, max_length=200, description="The same, by its newer name.")
    metadata: Annotated[ChatMetadata, BeforeValidator(_given)] = ChatMetadata()

    def messages_of_user(self) -> list[str]:
        """The words of the user's messages, in order. Raises QuestionEmpty where there is no such message."""
        texts = [_words(each.content) for each in self.messages if each.role == "user"]
        if not texts:
            raise QuestionEmpty('there is no message with the role "user"; the last of them is the question')
        return texts

    def picture(self) -> str | None:
        """Of the question, as it was sent. Raises PictureRefused for several, QuestionNotText for other parts."""
        asked = next(each.content for each in reversed(self.messages) if each.role == "user")
        parts = [each for each in asked if isinstance(each, dict)] if isinstance(asked, list) else []
        if foreign := sorted({str(each.get("type")) for each in parts} - {"text", "image_url"}):
            raise QuestionNotText(
                f"the question has parts of type {', '.join(foreign)[:60]}; text and image_url are read"
            )
        pictures = [each.get("image_url") for each in parts if each.get("type") == "image_url"]
        if len(pictures) > 1:
            raise PictureRefused(
                "one picture can be read with a question; send the one that matters", Cause("one_picture")
            )
        return _address(pictures[0]) if pictures else None


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [each["text"] if _is_text(each) else each for each in parts]
    return "\n".join(each for each in texts if isinstance(each, str))


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and "text" in part


def _address(image_url: Any) -> str:
    address = image_url.get("url") if isinstance(image_url, dict) else image_url
    if not isinstance(address, str) or not address.strip().lower().startswith("data:"):
        raise PictureRefused(
            "addresses of pictures are not opened; send the picture itself as a data: URL", Cause("picture_address")
        )
    return address
