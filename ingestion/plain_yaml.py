"""YAML as an author writes it beside a text: short, shallow, without anchors, which make a short text unfold."""

from typing import Any

import yaml

LONGEST = 100_000
_DEEPEST = 20


class NotPlain(Exception):
    """``line`` counts from 0."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


class _Loader(yaml.SafeLoader):
    """Stops at the first anchor, alias or deep nesting: before anything is built of them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise NotPlain("uses YAML anchors", line)
        if self._depth > _DEEPEST:
            raise NotPlain("is nested too deeply", line)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def load(text: str, *, longest: int = LONGEST) -> Any:
    """``longest``: in characters.

    Raises NotPlain, yaml.YAMLError, and ValueError for a scalar that has the form of a day or number and is none.
    """
    if len(text) > longest:
        raise NotPlain(f"is longer than {longest:,} characters", 0)
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def line_of(error: yaml.YAMLError | ValueError, text: str) -> int:
    """Counted from 0, of an error that `load` raised for the text."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return error.problem_mark.line
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position)
    loader = _Loader(text)
    nodes = [loader.get_single_node()]
    while nodes:
        match nodes.pop():
            case yaml.ScalarNode() as node:
                try:
                    yaml.SafeLoader("").construct_document(node)
                except ValueError:
                    return node.start_mark.line
            case yaml.SequenceNode(value=items):
                nodes.extend(reversed(items))
            case yaml.MappingNode(value=pairs):
                nodes.extend(each for pair in reversed(pairs) for each in reversed(pair))
    return 0
