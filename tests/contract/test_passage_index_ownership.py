"""One process owns the embedded index; others learn who, and how to reach it."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kb_service.adapters.index.ownership import claim, find_owner
from kb_service.domain.errors import IndexOwnedElsewhere

CLAIM_AND_WAIT = """
import sys, time
from pathlib import Path
from kb_service.adapters.index.ownership import claim
ownership = claim(Path(sys.argv[1]))
if len(sys.argv) > 2:
    print(ownership.publish_address("127.0.0.1", int(sys.argv[2])), flush=True)
else:
    print("-", flush=True)
time.sleep(60)
"""


def start_owner(data_dir: Path, *port: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CLAIM_AND_WAIT, str(data_dir), *port]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_nobody_owns_a_folder_that_does_not_exist_yet(tmp_path: Path) -> None:
    assert find_owner(tmp_path / "var") is None
    assert not (tmp_path / "var").exists()


def test_a_second_process_is_refused_before_it_opens_anything_and_told_who_owns_the_index(tmp_path: Path) -> None:
    with start_owner(tmp_path) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        with pytest.raises(IndexOwnedElsewhere, match=f"process {owner.pid} .*stop it"):
            claim(tmp_path)
        owner.kill()


def test_other_commands_find_the_owner_and_its_token(tmp_path: Path) -> None:
    with start_owner(tmp_path, "8123") as owner:
        assert owner.stdout is not None
        token = owner.stdout.readline().strip()
        found = find_owner(tmp_path)
        owner.kill()
    assert found is not None
    assert (found.pid, found.host, found.port, found.token) == (owner.pid, "127.0.0.1", 8123, token)
    assert len(token) >= 32


def test_an_owner_that_takes_no_requests_is_named(tmp_path: Path) -> None:
    with start_owner(tmp_path) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        with pytest.raises(IndexOwnedElsewhere, match=f"process {owner.pid} .*wait until it ends"):
            find_owner(tmp_path)
        owner.kill()


def test_what_a_killed_owner_left_behind_is_recognised_as_stale(tmp_path: Path) -> None:
    with start_owner(tmp_path, "8123") as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        owner.kill()
    assert (tmp_path / "owner.json").exists()
    assert find_owner(tmp_path) is None
    with claim(tmp_path), pytest.raises(IndexOwnedElsewhere, match=f"process {os.getpid()} "):
        find_owner(tmp_path)


def test_the_token_is_readable_by_the_owner_alone_and_goes_with_it(tmp_path: Path) -> None:
    with claim(tmp_path) as ownership:
        ownership.publish_address("127.0.0.1", 8000)
        assert stat.S_IMODE((tmp_path / "owner.json").stat().st_mode) == 0o600
    assert not (tmp_path / "owner.json").exists()
    assert find_owner(tmp_path) is None


def test_the_index_can_be_claimed_again_after_its_release(tmp_path: Path) -> None:
    first = claim(tmp_path)
    with pytest.raises(IndexOwnedElsewhere):
        claim(tmp_path)
    first.release()
    first.release()
    claim(tmp_path).release()


def ended_after(owner: "subprocess.Popen[str]", seconds: float) -> None:
    assert owner.stdout is not None
    owner.stdout.readline()
    timer = threading.Timer(seconds, owner.kill)
    timer.daemon = True
    timer.start()


def test_a_command_waits_for_another_that_uses_the_index_and_says_so_once(tmp_path: Path) -> None:
    said: list[str] = []
    with start_owner(tmp_path) as owner:
        ended_after(owner, 2)
        claim(tmp_path, wait_seconds=60, say=said.append).release()
    assert [f"process {owner.pid} is using the index" in each for each in said] == [True]
    with start_owner(tmp_path) as owner:
        ended_after(owner, 2)
        assert find_owner(tmp_path, wait_seconds=60, say=said.append) is None
    assert len(said) == 2


def test_nobody_waits_longer_than_was_said_nor_for_a_service_that_stays(tmp_path: Path) -> None:
    said: list[str] = []
    with start_owner(tmp_path) as owner:
        ended_after(owner, 60)
        with pytest.raises(IndexOwnedElsewhere):
            claim(tmp_path, wait_seconds=1, say=said.append)
        with pytest.raises(IndexOwnedElsewhere):
            find_owner(tmp_path, wait_seconds=1, say=said.append)
        owner.kill()
    with start_owner(tmp_path, "8123") as service:
        ended_after(service, 60)
        with pytest.raises(IndexOwnedElsewhere):
            claim(tmp_path, wait_seconds=600, say=said.append)
        service.kill()
    assert len(said) == 2


def test_a_process_does_not_wait_for_itself(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(IndexOwnedElsewhere):
        claim(tmp_path, wait_seconds=600)
