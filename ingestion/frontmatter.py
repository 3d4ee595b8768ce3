"""What an author says of a file beside its text: YAML between "---" lines, or a sidecar file ``name.ext.yaml``."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

import yaml

from ingestion.plain_yaml import LONGEST, NotPlain, line_of, load
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.errors import FileRefused, InvalidRecord

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LONGEST_NAME = 60

# Every way an author may name a field of the bulk format, beside the field's own name.
_SYNONYMS = {
    "id": "编号 編號",
    "title": "标题 標題 题名 名称 名稱 文件名称 文件标题",
    "kind": "类别 類別 知识类别 类型 類型",
    "question": "问题 問題 标准问 標準問 标准问题 問題標題 提问 常见问题 常見問題",
    "similar_questions": "相似问题 相似問題 相似问 相似問 相似问法 扩展问 扩展问题 同义问题",
    "negative_questions": "反例问题 反例 否定问题 不适用问题",
    "answer": "答案 答复 答覆 回答 回复 回覆 解答 答复内容 标准答案 答复意见 答覆內容",
    "matter": "事项 事項 事项名称 事項名稱 服务事项 办理事项",
    "department": "责任单位 責任單位 部门 部門 责任部门 主管部门 承办单位 承辦單位 发文机关 发布机构 单位",
    "region": "区域 區域 地区 地區 适用区域 行政区 行政区划",
    "audience": "对象 對象 服务对象 适用对象 办理对象",
    "effective_from": "施行日 施行日期 生效日期 实施日期 實施日期 起始日期 施行时间",
    "effective_to": "失效日 失效日期 废止日期 廢止日期",
    "valid_through": "有效期至 有效期到 有效期截止 截止日期",
    "issued_on": "印发日 发布日期 發布日期 發佈日期 印发日期 发文日期 公布日期 成文日期",
    "document_number": "文号 文號 发文字号 發文字號 文件编号",
    "source_url": "来源 來源 来源网址 原文链接 网址 网站链接",
    "replaces": "替代 取代 代替",
    "repeals": "废止 廢止 废止文件",
    "amends": "修正 修订 修改文件",
    "review_by": "复审日 复审日期 复核日期 复查日期",
    "chapters": "章节 章節",
}
FIELD_OF: Mapping[str, str] = MappingProxyType(
    {word: field for field, words in _SYNONYMS.items() for word in (field, *words.split())}
)


def split_front_matter(text: str, name: str) -> tuple[Mapping[str, object], str]:
    """The fields and the text after them; no fields when the text does not open with a "---" line.

    Raises FileRefused, with the line of the file, when what stands between those lines is not valid YAML.
    """
    found = _FRONT_MATTER.match(text.removeprefix("\ufeff"))
    if found is None:
        return {}, text
    what, remedy = f"The front matter of {name}", "correct the lines between the --- marks"
    fields = _mapping(found[1], what, remedy, name=name, first_line=2)
    return named_in_english(fields), text.removeprefix("\ufeff")[found.end() :]


def sidecar_fields(text: str, name: str) -> Mapping[str, object]:
    """The fields of a sidecar file. Raises FileRefused when it is no mapping in YAML."""
    return named_in_english(_mapping(text, name, "write one `field: value` a line", name=name))


def named_in_english(
    fields: Mapping[object, object], *, refused: type[FileRefused] | type[InvalidRecord] = FileRefused
) -> Mapping[str, object]:
    """Field names as in the bulk format; unknown names stay, so that whoever reads them can say which are unknown.

    Raises ``refused`` where two names mean one field.
    """
    named: dict[str, object] = {}
    for key, value in fields.items():
        name = field_name(str(key)) or str(key)
        if name in named:
            raise refused(
                f"the field {name} is given twice, the second time as {key}",
                Cause("field_twice", {"field": str(key)[:_LONGEST_NAME]}),
            )
        named[name] = _plain(value)
    return named


def once_each(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """For `json.loads`, which lets the last one win. Raises InvalidRecord for a name that stands there twice."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidRecord(
                f"the field {name} is given twice", Cause("field_twice", {"field": name[:_LONGEST_NAME]})
            )
        found[name] = value
    return found


def field_name(word: str) -> str | None:
    """The bulk format's name of a column or field, or None. Remarks in parentheses do not count: 标题（选填）."""
    if len(word) > _LONGEST_NAME:
        return None
    bare = re.sub(r"[（(【\[].*?[)）】\]]|[\s*＊:：_]", "", word)
    return FIELD_OF.get(word.strip()) or FIELD_OF.get(bare)


def _mapping(text: str, what: str, remedy: str, *, name: str, first_line: int = 1) -> Mapping[object, object]:
    try:
        loaded = load(text)
    except NotPlain as error:
        line = first_line + error.line
        told = {"file": name} | ({"limit": LONGEST} if error.cause == "yaml_too_long" else {"line": line})
        raise FileRefused(f"{what} {error} in line {line}; {remedy}.", Cause(error.cause, told)) from error
    except (yaml.YAMLError, ValueError) as error:
        line = first_line + line_of(error, text)
        cause = Cause("yaml_broken", {"file": name, "line": line})
        raise FileRefused(f"{what} is not valid YAML in line {line}; {remedy}.", cause) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise FileRefused(f"{what} is not a list of fields; {remedy}.", Cause("yaml_no_fields", {"file": name}))
    return loaded


def _plain(value: object) -> object:
    """YAML reads days as dates; whoever stores them wants one form, ISO text. A moment that has no day in Shanghai
    stays as it is written, and is refused as no day."""
    if isinstance(value, datetime):
        try:
            return (shanghai_day(value) if value.tzinfo else value.date()).isoformat()
        except ValueError:
            return value.isoformat()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
