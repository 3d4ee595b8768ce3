"""One person is one person however the name is written; a key has a form; the browser's word on where it comes from."""

import pytest

from kb_service.api.access import KeysSeen
from kb_service.api.limits import is_loopback
from kb_service.domain.errors import InvalidPerson
from kb_service.domain.people import Actor, Role, key_id_of, person_id, shown_name, written_key

SECRET = "A-b_" * 10 + "xyz"


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Ｚhang San ", "zhang  san"),
        ("ZHANG SAN", "zhang san"),
        ("张三", "张\u200b三"),
        ("张三", "\ufeff张三\u2060"),
        ("张三", "张\ufe00三"),
        ("张三", "张\U000e0100三"),
        ("张三", "张　三"),
        ("张三", " 张 三 "),
        ("Li\u00a0Si", "li si"),
        ("Lü Bu", "Lu\u0308 Bu"),
        ("STRASSE", "straße"),
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
        ("阿卜杜拉·买买提", "阿卜杜拉・买买提"),
        ("\u2f06三", "二三"),  # a radical that looks like the character
        ("a\u202eb", "ab"),  # written from right to left
        ("li\u3164si", "lisi"),  # a Korean letter that is drawn as nothing
    ],
)
def test_two_ways_of_writing_a_name_are_one_person(one: str, same: str) -> None:
    assert person_id(one) == person_id(same)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "李四"), ("张三", "張三丰"), ("Lu Bu", "Lü Bu"), ("Li Si", "LiSi"), ("王 1", "王 2")]
)
def test_different_names_are_different_persons(one: str, other: str) -> None:
    assert person_id(one) != person_id(other)


def test_traditional_and_simplified_script_stay_apart() -> None:
    assert person_id("張三") != person_id("张三")


@pytest.mark.parametrize("code_points", [range(0x10000), range(0x10000, 0x20000), range(0xE0000, 0xE1000)])
def test_the_id_of_an_id_is_itself(code_points: range) -> None:
    changed = []
    for letter in map(chr, code_points):
        try:
            found = person_id(f"a{letter}b")
        except InvalidPerson:
            continue
        if person_id(found) != found:
            changed.append(letter)
    assert changed == []


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u2060", "张\n三", "张\x00三", "\x7f", "\ud800", "张" * 101])
def test_what_cannot_tell_persons_apart_is_refused(name: str) -> None:
    with pytest.raises(InvalidPerson):
        person_id(name)


def test_a_name_of_a_hundred_characters_is_one_and_one_that_unfolds_beyond_is_not() -> None:
    assert len(person_id("张" * 100)) == 100
    with pytest.raises(InvalidPerson):
        person_id("\ufdfa" * 6)  # one character that stands for eighteen


def test_a_name_is_shown_as_it_was_given_without_what_nobody_sees() -> None:
    assert shown_name(" Zhang\u200b  San ") == "Zhang San"


def test_an_administrator_has_every_role_and_others_have_their_own() -> None:
    admin = Actor("a", "a", frozenset({Role.ADMIN}), None)
    editor = Actor("e", "e", frozenset({Role.EDITOR}), None)
    assert admin.has_any_of([Role.REVIEWER])
    assert editor.has_any_of([Role.REVIEWER, Role.EDITOR])
    assert not editor.has_any_of([Role.REVIEWER])
    assert not editor.has_any_of([])


def test_a_written_key_tells_its_id() -> None:
    assert key_id_of(written_key("0a1b2c3d", SECRET)) == "0a1b2c3d"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "kb_",
        f"kb_0a1b2c3d_{SECRET}x",
        f"kb_0a1b2c3d_{SECRET[:-1]}",
        f"kb_0A1B2C3D_{SECRET}",
        f"KB_0a1b2c3d_{SECRET}",
        f"kb_0a1b2c3d_{SECRET}\n",
        f"kb_٠a1b2c3d_{SECRET}",
        f"kb_0a1b2c3d_{SECRET[:-1]}é",
    ],
)
def test_what_has_not_the_form_of_a_key_has_no_id(written: str) -> None:
    assert key_id_of(written) is None


def test_whether_there_are_keys_is_looked_up_each_second_until_there_are() -> None:
    looks: list[float] = []
    clock, exist = [100.0], [False]

    def look() -> bool:
        looks.append(clock[0])
        return exist[0]

    seen = KeysSeen(look, clock=lambda: clock[0])
    for moment in (100.0, 100.5, 100.9, 101.0, 101.5):
        clock[0] = moment
        assert seen.is_keyless()
    exist[0] = True
    assert seen.is_keyless(), "half a second after the last look"
    clock[0] = 102.0
    assert not seen.is_keyless()
    exist[0] = False
    clock[0] = 1000.0
    assert not seen.is_keyless()
    assert looks == [100.0, 101.0, 102.0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8000"])
def test_hosts_that_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "kb",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "a@127.0.0.1",
        "[::1",
        "127.0.0.1/x",
        "127.0.0.1:x",
    ],
)
def test_hosts_that_are_not(host: str) -> None:
    assert not is_loopback(host)
