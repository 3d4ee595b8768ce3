"""Which answers to a follow-up there are to choose from, and which of them is chosen."""

from types import SimpleNamespace
from typing import Any

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.follow_ups import (
    Contender,
    Drafted,
    FollowUps,
    ReadAs,
    Sources,
    _best_of_all,
    _share,
    _together,
)
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree


def passage(name: str) -> Any:
    """Of the document that its first letter names."""
    return SimpleNamespace(document_id=name[0], source=SimpleNamespace(passage=SimpleNamespace(id=name)))


def passages(*names: str) -> list[Any]:
    return [passage(each) for each in names]


def topic(*documents: str) -> Topic:
    return Topic("endorsement", None, None, None, None, "多久签注一次", documents=frozenset(documents))


def ids(candidates: Any) -> list[str]:
    return [each.source.passage.id for each in candidates]


def test_the_two_best_passages_of_every_reading_are_drafted_from_one_by_one_each_once() -> None:
    found = {
        ReadAs.CARRIED: passages("a1", "b1", "c1"),
        ReadAs.ALONE: passages("b1", "d1"),
        ReadAs.BESIDE: passages("a1", "a2"),
    }
    assert ids(_best_of_all(found)) == ["a1", "b1", "d1", "a2"]


def test_passages_of_the_documents_just_cited_are_drafted_from_together_where_they_are_not_all() -> None:
    def together(*cited: str) -> dict[Sources, list[str]]:
        return {kind: ids(found) for kind, found in _together(passages("a1", "b1", "a2"), topic(*cited))}

    assert together("a") == {Sources.TOGETHER: ["a1", "b1", "a2"], Sources.CITED: ["a1", "a2"]}
    assert Sources.CITED not in together("b")
    assert Sources.CITED not in together("a", "b")


def asking_of(matter: str | None, *, telling: str = "") -> Any:
    """A message that names a matter, or none. ``telling``: a word of it that matters are told apart by."""
    return SimpleNamespace(
        matter=SimpleNamespace(id=matter) if matter else None,
        is_matter_inferred=False,
        phrasing=SimpleNamespace(names_matter=matter is not None, telling=frozenset({telling}) - {""}),
    )


def contender(
    text: str, value: float, *, lacks_amount: bool = False, matter: str | None = None, document: str = "d"
) -> Contender:
    source = SimpleNamespace(metadata=SimpleNamespace(matter_id=matter), document_id=document)
    quoted = SimpleNamespace(statements=[SimpleNamespace(text=text)], quotes=[SimpleNamespace(source=source)])
    result: Any = SimpleNamespace(quoted=quoted, features={"answer_value_missing": float(lacks_amount)})
    looked_up: Any = SimpleNamespace(understood=None, result=result)
    return Contender(Drafted(ReadAs.CARRIED, Sources.ONE, [], looked_up, result.quoted), {"confidence": value})


def choosing(*, max_wrong_rate: float) -> FollowUps:
    """Above a confidence of 0 an answer is likely right (e²/(1 + e²) = 0.88), below it unlikely (0.12)."""
    model = ConfidenceModel(
        version="test",
        names=("confidence",),
        trees=(Tree(((0, 0.0),), (-2.0, 2.0)),),
        slope=1.0,
        offset=0.0,
        range_of={},
        risks=(Risk(0.8, 1000.0, 20.0), Risk(0.1, 1000.0, 400.0)),
        risks_elsewhere=(),
        max_wrong_rate=max_wrong_rate,
    )
    names = SimpleNamespace(have_one_of=lambda pairs, matter: any(pair in matter.name for pair in pairs))
    matters = {
        name: SimpleNamespace(id=name, name=proper)
        for name, proper in [("endorsement", "居住证签注"), ("passport", "护照办理"), ("residence", "居住证申领")]
    }
    related = SimpleNamespace(
        are_related=lambda one, other: {one, other} == {"endorsement", "residence"}, telling=lambda _text: frozenset()
    )
    messages = SimpleNamespace(reader=SimpleNamespace(matter=matters.get, names=names, phrasing=related))
    tools: Any = SimpleNamespace(follow_up_confidence=model, messages=messages)
    return FollowUps(tools, judge=lambda *_: (None, None))  # type: ignore[arg-type,return-value]


def test_the_likeliest_answer_is_chosen_and_none_without_the_amount_asked_for() -> None:
    chosen = choosing(max_wrong_rate=0.1).likeliest(
        [
            contender("受理后15日内办结", -1.0),
            contender("可以加急", 1.0, lacks_amount=True),
            contender("免费", 0.5),
        ],
        asking_of(None),
        topic(),
    )
    assert chosen is not None
    assert (chosen[0].text, round(chosen[1], 2)) == ("免费", 0.88)
    amountless = [contender("可以加急", 1.0, lacks_amount=True)]
    assert choosing(max_wrong_rate=0.1).likeliest(amountless, asking_of(None), topic()) is None


def test_a_message_that_names_a_matter_is_answered_with_what_is_of_it_if_anything_is() -> None:
    answers = [contender("签注免费", 1.0, matter="endorsement"), contender("护照120元", -1.0, matter="passport")]
    of_passport = choosing(max_wrong_rate=0.1).likeliest(answers, asking_of("passport"), topic())
    of_pension = choosing(max_wrong_rate=0.1).likeliest(answers, asking_of("pension"), topic())
    assert of_passport is not None and of_passport[0].text == "护照120元"
    assert of_pension is not None and of_pension[0].text == "签注免费"


def test_a_text_of_another_matter_is_only_meant_where_the_message_has_a_word_of_its_name_or_it_was_cited() -> None:
    asking, of_passports = choosing(max_wrong_rate=0.1), [contender("护照120元", 1.0, matter="passport", document="p")]
    assert asking.likeliest(of_passports, asking_of(None, telling="户口"), topic()) is None
    assert asking.likeliest(of_passports, asking_of(None, telling="护照"), topic()) is not None
    assert asking.likeliest(of_passports, asking_of(None), topic("p")) is not None
    alike = [contender("居住满半年", 1.0, matter="residence")]
    assert asking.likeliest(alike, asking_of(None, telling="户口"), topic()) is not None


def test_how_likely_an_answer_must_be_follows_the_accepted_rate_of_wrong_ones() -> None:
    assert choosing(max_wrong_rate=0.1).is_enough(0.88)
    assert not choosing(max_wrong_rate=0.1).is_enough(0.12)
    assert choosing(max_wrong_rate=0.5).is_enough(0.12)


def test_the_share_of_own_words_is_a_half_where_a_message_has_none() -> None:
    assert _share(frozenset({"加急", "15"}), "加急的10日内办结") == 0.5
    assert _share(frozenset({"加急"}), "不办加急") == 1.0
    assert _share(frozenset(), "什么都行") == 0.5
