"""Nothing that the person's side of a talk gives tells that helpers wrote to each other: no number, count or event."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_service.domain.answers import Conversation
from kb_service.domain.exports import handle_of
from kb_service.domain.talk_signs import TalkSide
from tests.api.conftest import small_knowledge_base
from tests.api.people import People, blocks_of


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("notes"), models_dir):
        made = People(http)
        made.set_up("张帮办", "气球处", capacity=9)
        yield made


def talked(people: People, conversation: str, *, notes: int) -> str:
    """The same words with so many notes after each line; the talk's id."""
    people.come("张帮办")
    talk = str(people.open(conversation, "第一句")["id"])

    def noted() -> None:
        for number in range(notes):
            assert people.post("张帮办", f"/v1/escalations/{talk}:note", {"text": f"备注{number}"}).status_code == 201

    noted()
    people.post("张帮办", f"/v1/escalations/{talk}:claim")
    noted()
    people.post("张帮办", f"/v1/escalations/{talk}:reply", {"text": "您好"})
    noted()
    people.post("前端", f"/v1/talks/{talk}/messages", {"text": "第三句"})
    noted()
    return talk


def seen_of(people: People, talk: str) -> list[object]:
    """All that the person is given, without what differs between any two talks."""
    state = people.get("前端", f"/v1/talks/{talk}").json()
    lines = people.get("前端", f"/v1/talks/{talk}/messages").json()
    events = blocks_of(people, "前端", f"/v1/talks/{talk}/events", 5)
    for each in (state, *lines, *(data for _, data in events)):
        for name in ("id", "conversation_id", "opened_at", "at", "reply_due_at"):
            each.pop(name, None)
    return [state, lines, events]


def test_a_talk_with_notes_looks_to_the_person_as_one_without(people: People) -> None:
    without, with_notes = talked(people, "n1", notes=0), talked(people, "n2", notes=3)
    assert seen_of(people, with_notes) == seen_of(people, without)
    state = people.get("前端", f"/v1/talks/{with_notes}").json()
    assert (state["last_number"], state["revision"]) == (4, 3)  # asked, claimed, replied, said
    said = people.post("前端", f"/v1/talks/{with_notes}/messages", {"text": "第四句"}).json()
    assert said["number"] == 5
    numbers = [each["number"] for each in people.get("张帮办", f"/v1/escalations/{with_notes}/messages").json()]
    assert numbers == list(range(1, 18))  # helpers count every line


def test_a_message_that_is_sent_again_comes_back_with_the_number_it_had(people: People) -> None:
    talk = talked(people, "n3", notes=2)
    sent = [
        people.http.request(
            "POST",
            f"/v1/talks/{talk}/messages",
            json={"text": "只说一次"},
            headers=people.key["前端"] | {"Idempotency-Key": "k1"},
        ).json()["number"]
        for _ in range(2)
    ]
    assert sent == [5, 5]


def test_who_comes_back_behind_any_line_gets_each_line_after_it_once(people: People) -> None:
    talk = talked(people, "n4", notes=2)
    for last in range(4):
        events = blocks_of(people, "前端", f"/v1/talks/{talk}/events", 4 - last, last=last)
        assert [data["number"] for name, data in events if name == "message"] == list(range(last + 1, 5)), last
        listed = people.get("前端", f"/v1/talks/{talk}/messages", after=last).json()
        assert [each["text"] for each in listed] == ["第一句", "", "您好", "第三句"][last:]


def test_a_note_that_the_helper_has_read_moves_no_mark_of_the_person(people: People) -> None:
    talk = talked(people, "n5", notes=1)  # 1 said, 2 note, 3 claim, 4 note, 5 reply, 6 note, 7 said, 8 note
    marks = []
    for number in (7, 8):
        assert people.post("张帮办", f"/v1/escalations/{talk}:read", {"number": number}).status_code == 204
        *_, (name, signs) = blocks_of(people, "前端", f"/v1/talks/{talk}/events", 6)
        marks.append((name, signs["read_up_to"]))
    assert marks == [("signs", 4), ("signs", 4)]


def test_what_the_person_has_read_is_the_line_they_count_so(people: People) -> None:
    talk = talked(people, "n6", notes=1)
    assert people.post("前端", f"/v1/talks/{talk}:read", {"number": 3}).status_code == 204
    signs = people.http.service.records.talk_signs
    assert signs.of(talk, TalkSide.PERSON).read_up_to == 5  # the reply
    assert people.post("前端", f"/v1/talks/{talk}:read", {"number": 99}).status_code == 204
    assert signs.of(talk, TalkSide.PERSON).read_up_to == 7  # the last line that they were shown


def test_a_picture_behind_a_note_is_exported_with_the_number_of_its_line(people: People) -> None:
    talk = talked(people, "n7", notes=2)
    sound = b"OggS" + bytes(24) + b"OpusHead" + bytes(20)
    sent = people.http.request(
        "POST", f"/v1/talks/{talk}/attachments", files={"file": ("a.ogg", sound)}, headers=people.key["前端"]
    )
    assert (sent.status_code, sent.json()["number"]) == (201, 5)
    people.post("前端", f"/v1/talks/{talk}:read", {"number": 5})
    held = people.http.service.records.escalations.escalation(talk).conversation
    found = people.http.service.records.exporting.conversation(
        "n7",
        of=handle_of(Conversation("n7", held.asked_by, held.channel, held.user_hash)),
        with_notes=False,
        actor="admin",
        at=people.http.service.now(),
    )
    (exported,) = found.talks
    assert [each.number for each in exported.lines] == [1, 2, 3, 4, 5] and exported.escalation.last_number == 5
    assert found.others["attachments"][0]["message_number"] == 5
    assert [each["read_up_to"] for each in found.others["talk_signs"]] == [5]
    assert "备注" not in json.dumps(found.others, default=str, ensure_ascii=False)
