"""The one loader of what a site may change without code: `prompts/*.yaml`, each held against a schema."""

import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar, cast

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from kb_service.domain.errors import VocabularyFault

# C where PyYAML was built with it: ten times as fast.
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_FAULTS = 5
_REMEMBERED = 64


class Words(BaseModel):
    """The base of every schema: what a file may hold, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that matches where any of these does; none of them matches nothing. Raises re.error."""
    return re.compile("|".join(patterns) or r"(?!)")


def _joined(value: object) -> object:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("a list of patterns is needed")
    for at, each in enumerate(value):
        try:
            re.compile(each)
        except re.error as error:
            context = {"reason": str(error), "place": [at]}
            raise PydanticCustomError(
                "pattern", "Input should be a valid regular expression: {reason}", context
            ) from None
    try:
        return any_of(value)
    except re.error as error:  # each is right alone: a group's name stands in two of them
        raise ValueError(f"the patterns do not go together: {error}") from None


# In the file a list of patterns, in the schema the one pattern that matches where any of them does.
AnyOf = Annotated[re.Pattern[str], BeforeValidator(_joined)]
SchemaT = TypeVar("SchemaT", bound=BaseModel)


def load(folder: Path, name: str, schema: type[SchemaT]) -> SchemaT:
    """``folder/name`` as ``schema``; fields of type ``re.Pattern`` are compiled.

    Raises VocabularyFault with file, line and place when it is missing, no YAML, repeats a key, or does not fit.
    """
    path = folder / name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise VocabularyFault(f"{path} is missing; restore it from the release, or correct KB_PROMPTS_DIR") from None
    except UnicodeDecodeError as error:
        raise VocabularyFault(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from None
    return cast(SchemaT, _read(text, path, schema))


@functools.lru_cache(maxsize=_REMEMBERED)
def _read(text: str, path: Path, schema: type[BaseModel]) -> BaseModel:
    """The same text is read once: its patterns are what takes time, and what comes of it is frozen."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        _refuse_repeated_keys(path, root)
        value = loader.construct_document(root) if root else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise VocabularyFault(f"{path}{line} is no YAML: {error.problem}") from None
    finally:
        loader.dispose()
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        # A part that is misspelt is missing under its right name and unknown under the wrong one: both are told.
        faults = "; ".join(_described(root, each) for each in error.errors()[:_MOST_FAULTS])
        raise VocabularyFault(f"{path} {faults}") from None


def _described(root: yaml.Node | None, fault: ErrorDetails) -> str:
    place = [part for part in fault["loc"] if part != "[key]"] + list(fault.get("ctx", {}).get("place", ()))
    return f"line {_line(root, place)}: {'.'.join(map(str, place)) or 'the whole file'}: {fault['msg']}"


def _refuse_repeated_keys(path: Path, node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise VocabularyFault(f"{path} line {key.start_mark.line + 1}: {key.value} stands there twice")
            seen.add(key.value)
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _refuse_repeated_keys(path, each)


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line, from 1, of the deepest part of ``place`` that is there."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
