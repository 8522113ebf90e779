"""YAML files of ours: the part of YAML that JSON has too, read safely, with places in errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paceline.errors import FormatError, Location
from paceline.formats.files import read_bytes


def load_yaml(path: str | Path) -> Any:
    """The content of a YAML file as JSON would hold it; see `parse_yaml`.

    Raises:
        FileError: it cannot be read.
        FormatError: as for `parse_yaml`.
    """
    return parse_yaml(read_bytes(path), Location(str(path)))


def parse_yaml(source: bytes, at: Location) -> Any:
    """YAML as JSON would hold it.

    Keys become texts, so that `404:` and `"404":` are the same. A key that stands twice in a mapping is an error: YAML
    (1.2, section 3.2.1.1) forbids it, and PyYAML takes the last one silently.

    Raises:
        FormatError: it is not YAML, with line and column; or it has a key twice, dates or other types of YAML's own.
    """
    import yaml  # costs 30 ms

    with syntax_errors(at):
        node = yaml.compose(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if node is None:
            raise FormatError("the file is empty", at, "see the documentation for what belongs into it")
        return _Nodes(yaml).value(node, at)


@contextmanager
def syntax_errors(at: Location, advice: str = "indent by blanks, and quote texts") -> Iterator[None]:
    """Tell whatever PyYAML cannot read as an error of ours, with line and column.

    Args:
        advice: what to do, where nothing better is known.

    Raises:
        FormatError: it is not YAML, or nested too deep.
    """
    import yaml

    try:
        yield
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f": line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise FormatError(f"this is not YAML{place}", at, f"{problem}; {advice}") from None
    except RecursionError:
        raise FormatError("this is nested too deep, or within itself", at, "make it flatter") from None


class _Nodes:
    """From PyYAML's nodes to values."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: Any, at: Location) -> Any:
        if isinstance(node, self._yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, self._yaml.SequenceNode):
            self._refuse_tag(node, "seq", at)
            return [self.value(each, at.child(index)) for index, each in enumerate(node.value)]
        value = self._scalars.construct_object(node)
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        what = f"line {node.start_mark.line + 1} has the value {node.value}, which YAML takes for more than a text"
        raise FormatError(what, at, "write it in double quotes")

    def _mapping(self, node: Any, at: Location) -> dict[str, Any]:
        self._refuse_tag(node, "map", at)
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, self._yaml.ScalarNode):
                what = f"the key in line {key_node.start_mark.line + 1} is not a text"
                raise FormatError(what, at, "write it in double quotes")
            key = key_node.value
            if key in found:
                what = f'"{key}" stands here twice, again in line {key_node.start_mark.line + 1}'
                raise FormatError(what, at.child(key), "remove one, or give each its own name")
            found[key] = self.value(value_node, at.child(key))
        return found

    @staticmethod
    def _refuse_tag(node: Any, kind: str, at: Location) -> None:
        if node.tag != f"tag:yaml.org,2002:{kind}":
            raise FormatError(f"line {node.start_mark.line + 1} has the tag {node.tag}", at, "leave the tag out")
