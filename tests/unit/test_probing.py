"""Whether the service is ready is told in time, also when nothing behind it answers."""

import asyncio
from types import SimpleNamespace
from typing import Any

from kb_service.api.probing import ProbedInTime
from kb_service.settings import Settings


class Behind:
    """Answers when `answers` is set."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.probes = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.probes += 1
        await self.answers.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ready"})


async def probed(app: ProbedInTime, path: str = "/readyz") -> tuple[int, bytes]:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    service = SimpleNamespace(settings=SimpleNamespace(prompts_dir=Settings().prompts_dir))
    app_of_scope = SimpleNamespace(state=SimpleNamespace(service=service))
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "app": app_of_scope}
    await app(scope, receive, send)
    return said[0]["status"], said[1]["body"]


def test_a_probe_that_nothing_answers_is_told_as_not_ready_and_probes_do_not_add_up() -> None:
    async def play() -> None:
        behind = Behind()
        app = ProbedInTime(behind, seconds=0.05)
        replies = await asyncio.gather(*(probed(app) for _ in range(3)))
        assert [status for status, _ in replies] == [503] * 3
        assert b'"RecordsBusy"' in replies[0][1]
        assert (await probed(app))[0] == 503
        assert behind.probes == 1
        behind.answers.set()
        await asyncio.sleep(0.01)
        assert await probed(app) == (200, b"ready")
        assert behind.probes == 2

    asyncio.run(play())


def test_everything_else_is_waited_for() -> None:
    async def play() -> None:
        behind = Behind()
        asking = asyncio.create_task(probed(ProbedInTime(behind, seconds=0.01), "/v1/answers"))
        await asyncio.sleep(0.05)
        assert not asking.done()
        behind.answers.set()
        assert await asking == (200, b"ready")

    asyncio.run(play())
