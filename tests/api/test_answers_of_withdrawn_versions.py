"""Whom a wrong text was told to: known before it is withdrawn, asked again after, and nobody is named."""

from dataclasses import replace
from datetime import timedelta

from kb_service.domain.answers import HandOver, Outcome, Reason
from kb_service.domain.feedback import FeedbackReason
from kb_service.domain.jobs import JobKind
from kb_service.domain.webhooks import WebhookEvent, WebhookForm
from kb_service.helping.summaries import line_of, load_summary_words
from kb_service.wiring import now
from tests.api.conftest import Clock, Http, gap_with, moment, publish, step
from tests.factories import answer, citation, question

NOTHING_FOUND = HandOver(True, (Reason.NO_SOURCE,))


def test_answers_that_cited_a_withdrawn_version_are_known_before_and_asked_again_after(
    told: Http, clock: Clock
) -> None:
    title = "秋千备案指南"
    old = publish(told.service, "swing", "秋千备案收费标准：每架10元。", title=title, effective_from="2025-01-01")
    wrong = publish(told.service, "swing", "秋千备案收费标准：每架99元。", title=title, effective_from="2026-01-01")
    only = publish(
        told.service,
        "bell",
        "潜水钟借用押金：每具77元，归还时退回。",
        title="潜水钟借用须知",
        effective_from="2026-01-01",
    )
    told.service.records.webhooks.create(
        "https://desk.example.org/recalls",
        form=WebhookForm.JSON,
        events=[WebhookEvent.ANSWERS_AFFECTED],
        departments=[],
        actor="admin",
        at=clock(),
    )
    asked = told.ask("我叫张伟，手机13912345678，秋千备案每架收费多少钱", channel="app")
    assert {each["version_id"] for each in asked["citations"]} == {wrong}
    # Of the day before the wrong text: it cites the old one.
    before = told.ask("秋千备案每架收费多少钱", as_of="2025-06-01")
    assert {each["version_id"] for each in before["citations"]} == {old}

    # The number is known before anybody withdraws it, on the page and over HTTP.
    assert told.get(f"/v1/versions/{wrong}/gate").json()["cited_by"] == 1
    known = told.get(f"/v1/versions/{wrong}/answers").json()
    assert (known["count"], known["kept_days"], known["effects"]) == (1, 180, {"unchanged": 0, "changed": 0, "lost": 0})
    (listed,) = known["answers"]
    assert (listed["answer_id"], listed["channel"], listed["effect"]) == (asked["answer_id"], "app", None)
    assert "秋千备案" in listed["question"] and "张伟" not in listed["question"] and "139" not in listed["question"]
    assert "<strong>1 条</strong>留存的" in told.get(f"/console/versions/{wrong}").text
    assert "没有引用它的" in told.get(f"/console/versions/{only}").text

    clock.turn_to(10, 9)
    assert step(told, "li", f"/v1/versions/{wrong}:withdraw", reason="金额录错").status_code == 200
    (job,) = told.service.records.jobs.claim(JobKind.ASK_AGAIN, limit=9, new_lease=lambda: "l", at=now())
    assert job.subject == wrong
    assert told.service.learning.asking_again.ask_again(job.subject) == 1
    assert told.service.learning.asking_again.ask_again(job.subject) == 0
    after = told.get(f"/v1/versions/{wrong}/answers").json()
    assert after["effects"] == {"unchanged": 0, "changed": 1, "lost": 0}  # the old one is in force again: 10 yuan
    assert moment(after["answers"][0]["asked_again_at"]) == clock.at
    assert "答复改变" in told.get(f"/console/versions/{wrong}/answers").text
    assert told.ask("秋千备案每架收费多少钱")["citations"][0]["version_id"] == old

    # Without another text for it, it is handed over now.
    told.ask("借潜水钟的押金是多少")
    assert step(told, "li", f"/v1/versions/{only}:withdraw", reason="不归我们").status_code == 200
    assert told.service.learning.asking_again.ask_again(only) == 1
    assert told.get(f"/v1/versions/{only}/answers").json()["effects"] == {"unchanged": 0, "changed": 0, "lost": 1}

    events = {
        each.body["version"]["version_id"]: each
        for each in told.service.records.webhooks.list()
        if each.event == "answers_affected"
    }
    assert events[wrong].body["version"]["effects"] == {"unchanged": 0, "changed": 1, "lost": 0}
    assert events[only].body["version"]["effects"] == {"unchanged": 0, "changed": 0, "lost": 1}
    line = line_of(events[wrong], load_summary_words(told.service.settings.prompts_dir), {})
    assert line == "撤回的内容被 1 条答复引用过，其中 1 条现在答复不同或不再能答（）：《秋千备案指南》"

    # What is erased is no longer counted: the words are not kept, and neither is what they cited.
    told.service.records.erasing.before(clock.at + timedelta(seconds=1), actor="retention", at=clock.at)
    gone = told.get(f"/v1/versions/{wrong}/answers").json()
    assert (gone["count"], gone["answers"], gone["effects"]["changed"]) == (0, [], 0)


# Eight of each, as people write them, by the words before them.
PLANTED_BY_WORDS = {
    "我叫": "张伟 李建国 王小明 欧阳震华 陈静 赵丽颖 阿依古丽·买买提 刘洋",
    "身份证": (
        "310101199001011234 31010119900101123X 11010519491231002X 310101900101123 ３１０１０１１９９００１０１１２３４ "
        "三一零一零一一九九零零一零一一二三四 440301198502283456 310115200012120017"
    ),
    "手机": (
        "13912345678 139-1234-5678 139.1234.5679 +8613812345678 １３７１２３４５６７８ 幺三九一二三四五六七八 "
        "15012345678 18900001111"
    ),
    "我住在浦东新区张杨路": (
        "100弄5号201室 88号3栋402室 1500弄20号1102室 66弄3号 18号楼1203室 500弄12号楼301室 77号2单元501室 9弄1号101室"
    ),
    "银行卡": (
        "6222021001112345678 6222-0210-0111-2345 6222-0210-0111-2345-678 6217001210012345678 6228480031234567890 "
        "4392250012345678 6214830112345678 6225880112345678"
    ),
}
PLANTED = [(words, each) for words, items in PLANTED_BY_WORDS.items() for each in items.split(" ")]


def test_what_identifies_a_person_stands_in_no_draft_list_recall_or_event(told: Http, clock: Clock) -> None:
    assert len(set(PLANTED)) == 40
    lent = publish(told.service, "raft", "皮筏借用押金：每只33元。", title="皮筏借用须知", effective_from="2026-01-01")
    told.service.records.webhooks.create(
        "https://desk.example.org/all", form=WebhookForm.JSON, events=[], departments=[], actor="admin", at=clock()
    )
    quoted = replace(citation(), version_id=lent)
    for number in range(8):
        items = "，".join(f"{words}{item}" for words, item in PLANTED[number::8])
        asked = f"你好，{items}，抖空竹表演场地怎么预约？"
        given = {"asked_at": clock.at, "question": asked, "conversation_id": f"planted-{number}"}
        failed = replace(answer(f"f{number}"), outcome=Outcome.NO_SOURCE, escalation=NOTHING_FOUND, **given)
        cited = replace(answer(f"c{number}"), citations=(quoted,), escalation=HandOver(False), **given)
        for each in (failed, cited):
            told.service.transcript.add(each, question(asked, asked_by="local"))
        told.service.transcript.add_feedback(
            f"c{number}",
            asked_by="local",
            at=clock.at,
            resolved=False,
            comment=f"不对，{items}",
            reason=FeedbackReason.OUTDATED,
        )
    told.service.learning.feedback_review.run_once()
    gap_ids = {gap_with(told, "空竹")["gap"]["id"]}
    gap_ids |= {each["gap"]["id"] for each in told.get("/v1/gaps", limit=200).json()["gaps"]}
    written = []
    for gap_id in sorted(gap_ids):
        made = step(told, "zhang", f"/v1/gaps/{gap_id}:write")
        if made.status_code == 201:
            version_id = made.json()["version"]["version_id"]
            written += [made.text, told.get(f"/console/versions/{version_id}").text]
            written += [told.get(f"/v1/gaps/{gap_id}").text, told.get(f"/console/gaps/{gap_id}").text]
    assert any('"question":"抖空竹表演场地怎么预约？"' in each for each in written)
    assert step(told, "li", f"/v1/versions/{lent}:withdraw", reason="录错").status_code == 200
    assert told.service.learning.asking_again.ask_again(lent) == 8
    written += [told.get("/v1/feedback", limit=200).text, told.get("/console/feedback").text]
    written += [told.get("/v1/gaps", limit=200).text, told.get("/console/gaps").text]
    written += [told.get(f"/v1/versions/{lent}/answers", limit=200).text]
    written += [told.get(f"/console/versions/{lent}/answers").text]
    sent = [each for each in told.service.records.webhooks.list(limit=500) if each.created_at == clock.at]
    assert {each.event for each in sent} >= {"feedback", "answers_affected"}
    written += [str(each.body) for each in sent]
    written += [str(each) for each in told.service.records.trail.events(limit=1000)]
    found = [item for _, item in PLANTED if any(item in text for text in written)]
    assert found == []
