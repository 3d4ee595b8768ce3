"""What a client sends: a field that nothing reads is refused, rather than passed over."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
