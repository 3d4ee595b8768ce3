"""Residents and helpers come through two servers of one database: a talk is one talk, nobody is given to two."""

import copy
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.api.conftest import Http
from tests.api.people import People, blocks_of
from tests.contract.embeddings_server import DIMENSIONS, EmbeddingsServer
from tests.data_folders import furnish

pytestmark = pytest.mark.postgresql

Open = Callable[..., tuple[People, People]]


class Watch:
    """The clock that both servers read; it stands until it is put forward."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def two_servers(
    fresh_postgresql_url: Callable[[], str], tmp_path: Path, models_dir: Path, watch: Watch
) -> Iterator[Open]:
    """The same people before each of them; vectors of a small endpoint, since nothing is searched for."""
    with ExitStack() as closing:
        embeddings = closing.enter_context(EmbeddingsServer())

        def opened(**settings: str) -> tuple[People, People]:
            url, https = fresh_postgresql_url(), []
            for name in ("here", "there"):
                folder = tmp_path / name
                folder.mkdir()
                furnish(folder, models_dir)
                made = Settings(
                    data_dir=folder,
                    database_url=url,
                    embedding_model=embeddings.url,
                    embedding_endpoint_model="m",
                    embedding_dimensions=DIMENSIONS,
                    **settings,
                )
                https.append(Http(closing.enter_context(open_service(made, now=watch))))
            here = People(https[0])
            there = copy.copy(here)
            there.http = https[1]
            there.http.service.reread_catalogue()
            return here, there

        yield opened


def held_by(people: People, who: str) -> list[str]:
    """The talks in their charge."""
    found = people.get(who, "/v1/escalations", state="claimed").json()["escalations"]
    return sorted(each["id"] for each in found if each["helper"] == who)


def claims_of(people: People) -> Counter[str]:
    """How often each talk was claimed, by the trail."""
    events = people.http.service.records.trail.events(limit=500)
    return Counter(str(each.event.detail["escalation"]) for each in events if each.event.action == "claim")


def test_a_talk_is_held_through_both_and_streams_tell_everything_once(two_servers: Open) -> None:
    here, there = two_servers()
    there.come("李帮办")
    talk = here.open("c", "第一句")
    place = f"/v1/talks/{talk['id']}"
    assert there.post("李帮办", f"/v1/escalations/{talk['id']}:claim").status_code == 200
    reply = (f"/v1/escalations/{talk['id']}:reply", {"text": "来了"})
    threading.Timer(0.5, there.post, ("李帮办", *reply)).start()
    heard = [data for name, data in blocks_of(here, "前端", f"{place}/events", 4) if name == "message"]
    assert [each["text"] for each in heard] == ["第一句", "", "来了"]
    assert there.post("前端", f"{place}/messages", {"text": "在吗"}).status_code in (200, 201)
    # Who reads on at the other server is told what is new, and that once.
    rest = blocks_of(there, "前端", f"{place}/events", 2, last=heard[-1]["number"])
    assert [data["text"] for name, data in rest if name == "message"] == ["在吗"]
    assert here.post("李帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"}).status_code == 200
    assert there.get("前端", place).json()["state"] == "resolved"


def test_of_two_who_claim_at_once_at_two_servers_one_has_it(two_servers: Open) -> None:
    here, there = two_servers()
    talks = [here.open(f"c{number}")["id"] for number in range(6)]
    for name in ("张帮办", "李帮办"):
        here.set_up(name, "气球处", capacity=10)
    start = threading.Barrier(2)

    def claim_all(people: People, who: str) -> list[int]:
        start.wait()
        return [people.post(who, f"/v1/escalations/{each}:claim").status_code for each in talks]

    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(claim_all, (here, there), ("张帮办", "李帮办"))
    assert [sorted(each) for each in zip(ours, theirs, strict=True)] == [[200, 409]] * 6
    assert sorted([*held_by(here, "李帮办"), *held_by(there, "张帮办")]) == sorted(talks)


def test_where_talks_are_given_out_both_servers_give_each_to_one_helper_with_room(two_servers: Open) -> None:
    here, there = two_servers(assignment="push")
    for name in ("张帮办", "李帮办"):
        here.set_up(name, "气球处", capacity=2)
        here.come(name)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda number: (here, there)[number % 2].open(f"c{number}")["id"], range(7)))
    first, second = held_by(here, "张帮办"), held_by(there, "李帮办")
    assert (len(first), len(second)) == (2, 2)
    with ThreadPoolExecutor(2) as pool:  # both have room again at once
        resolve = {"verdict": "resolved"}
        closed = [(here, "张帮办", first[0]), (there, "李帮办", second[0])]
        list(pool.map(lambda each: each[0].post(each[1], f"/v1/escalations/{each[2]}:resolve", resolve), closed))
    assert (len(held_by(there, "张帮办")), len(held_by(here, "李帮办"))) == (2, 2)
    claims = claims_of(here)
    assert set(claims) <= set(opened) and set(claims.values()) == {1} and len(claims) == 6


def test_a_clock_is_told_by_one_of_them(two_servers: Open, watch: Watch) -> None:
    here, there = two_servers()
    talks = sorted(here.open(f"c{number}")["id"] for number in range(4))
    both = (here.http.service.helping, there.http.service.helping)
    for seconds, is_over in ((41, False), (20, True)):
        watch.at += timedelta(seconds=seconds)
        with ThreadPoolExecutor(2) as pool:
            told = [one for found in pool.map(lambda each: each.tell_clocks(), both) for one in found]
        assert sorted(each for each, _clock, _over in told) == talks
        assert {over for _each, _clock, over in told} == {is_over}
