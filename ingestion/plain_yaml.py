"""YAML as an author writes it beside a text: short, shallow, each key once, without anchors, which make a short text
unfold."""

from typing import Any

import yaml

LONGEST = 100_000
_DEEPEST = 20
_LONGEST_NUMBER = 30


class NotPlain(Exception):
    """``line`` counts from 0; ``cause``: its name."""

    def __init__(self, sentence: str, line: int, cause: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.cause = cause


class _Loader(yaml.SafeLoader):
    """Stops at the first anchor, alias, deep nesting or key that stood there before: before anything is built of them.

    What has the form of a day and is none stays text, and so does a number that is longer than any field takes: whoever
    reads the field knows its name. One of thousands of digits could not be written out again.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise NotPlain("uses YAML anchors", line, "yaml_anchors")
        if self._depth > _DEEPEST:
            raise NotPlain("is nested too deeply", line, "yaml_too_deep")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """YAML 1.2.2 §3.2.1.3: keys are unique; the library lets the last one win."""
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise NotPlain("has a field twice", key.start_mark.line, "yaml_field_twice")
                seen.add(key.value)
        return node

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return node.value

    def construct_yaml_int(self, node: yaml.ScalarNode) -> Any:
        return super().construct_yaml_int(node) if len(node.value) <= _LONGEST_NUMBER else node.value

    def construct_yaml_float(self, node: yaml.ScalarNode) -> Any:
        return super().construct_yaml_float(node) if len(node.value) <= _LONGEST_NUMBER else node.value


# The parent keeps its own methods by tag.
for _kind in ("timestamp", "int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", getattr(_Loader, f"construct_yaml_{_kind}"))


def load(text: str, *, longest: int = LONGEST) -> Any:
    """``longest``: in characters.

    Raises NotPlain, yaml.YAMLError, and ValueError for a scalar that has the form of a number and is none.
    """
    if len(text) > longest:
        raise NotPlain(f"is longer than {longest:,} characters", 0, "yaml_too_long")
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
