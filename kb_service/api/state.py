"""The wired service, as routes receive it."""

from typing import Annotated, cast

from fastapi import Depends, Request

from kb_service.service import Service


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


ServiceOf = Annotated[Service, Depends(_service)]
