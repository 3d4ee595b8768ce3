"""A draft is examined with a language model's second opinion, where a site has configured one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import small_knowledge_base
from tests.api.test_examining import Desk, Http, taken_in
from tests.api.test_life_of_versions import publish
from tests.lying_model import LyingModel, Reply

_LOST = "许可证遗失的，由持证人登报声明以后补办。"
_GUIDE = f"一、遗失补办\n{_LOST}\n二、办理时限\n自受理之日起6个工作日内办结。"
_ANSWER = "证丢了直接到窗口补，报纸上什么都不用发。"
_BOTH = f"甲：{_ANSWER}\n乙：{_LOST}"


class Site:
    def __init__(self, http: Http, model: LyingModel) -> None:
        self.http, self.model = http, model
        self.editor, self.reviewer = Desk(http, "zhang"), Desk(http, "li")

    def suspected(self, document_id: str, *script: Reply | str, answer: str = _ANSWER) -> list[dict[str, Any]]:
        """With the guide, by an examination in which the model replies as told."""
        self.model.script = script
        self.model.requests.clear()
        fields = {"question": "停放证丢了怎么办", "answer": answer, "matter": "热气球停放证办理"}
        version_id = taken_in(self.http, self.editor, document_id, **fields)
        found = self.editor.get(f"/v1/versions/{version_id}/suspicions").json()["suspicions"]
        return [each for each in found if "guide" in (each["ours"]["document_id"], each["theirs"]["document_id"])]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Site]:
    with LyingModel() as model, pytest.MonkeyPatch.context() as environment:
        environment.setenv("KB_LLM_URL", model.url)
        environment.setenv("KB_LLM_MODEL", "lying")
        environment.setenv("KB_LLM_SECONDS", "2")
        for http in small_knowledge_base(tmp_path_factory.mktemp("data"), models_dir):
            opened = Site(http, model)
            guide = opened.editor.draft(
                "guide", kind="procedure", title="停放证补办指南", text=_GUIDE, matter="热气球停放证办理"
            )
            publish(http, opened.editor, opened.reviewer, guide)
            yield opened


def test_what_a_model_quotes_from_both_texts_is_suspected(site: Site) -> None:
    (found,) = site.suspected("lost", _BOTH)
    assert (found["kind"], found["state"]) == ("contradiction", "open")
    sides = [found["ours"], found["theirs"]]
    quoted = {side["document_id"]: side["text"][slice(*side["place"]["span"])] for side in sides}
    assert quoted == {"lost": _ANSWER, "guide": _LOST}


def test_a_quote_that_stands_in_neither_text_is_not_suspected(site: Site) -> None:
    assert site.suspected("lost-misquoted", f"甲：{_ANSWER}\n乙：遗失的要登报。") == []
    assert site.model.requests


def test_an_endpoint_that_fails_leaves_what_the_rules_find(site: Site) -> None:
    answer = "停放证六个工作日补好。"
    assert site.suspected("lost-away", Reply(status=500), answer=answer) == []
    (found,) = site.suspected("lost-slow", Reply(status=500), answer="停放证补办自受理之日起9个工作日内办结。")
    assert found["kind"] == "contradiction"


def test_a_model_is_not_asked_about_what_the_rules_suspect_already(site: Site) -> None:
    (found,) = site.suspected("lost-days", _BOTH, answer="停放证补办自受理之日起8个工作日内办结。")
    assert "8个工作日" in found["ours"]["text"] + found["theirs"]["text"]
    assert all(_LOST not in str(body) for body in site.model.requests)
