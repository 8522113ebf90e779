"""What a JUnit report may look like."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

#: What Jenkins' schema (xunit-plugin, junit-10.xsd) allows: attributes with their types, children in order.
SCHEMA: dict[str, tuple[dict[str, str], str]] = {
    "testsuites": (
        {"name": ".*", "time": r"\d+\.\d{3}", "tests": r"\d+", "failures": r"\d+", "errors": r"\d+", "skipped": r"\d+"},
        "(testsuite )*",
    ),
    "testsuite": (
        {
            "name": ".+",
            "tests": r"\d+",
            "failures": r"\d+",
            "errors": r"\d+",
            "skipped": r"\d+",
            "time": r"\d+\.\d{3}",
            "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
        },
        "(testcase )*(system-out )?(system-err )?",
    ),
    "testcase": ({"name": ".*", "classname": ".+", "time": r"\d+\.\d{3}"}, "((skipped|error|failure) )?"),
    "skipped": ({"message": ".*"}, ""),
    "failure": ({"message": ".*", "type": ".*"}, ""),
    "error": ({"message": ".*", "type": ".*"}, ""),
    "system-out": ({}, ""),
}


def check_schema(element: ET.Element) -> None:
    """Elements, attributes and counts are what CI servers read."""
    attributes, children = SCHEMA[element.tag]
    assert set(element.attrib) == set(attributes), element.tag
    for name, pattern in attributes.items():
        assert re.fullmatch(pattern, element.attrib[name], re.DOTALL), (element.tag, name)
    assert re.fullmatch(children, "".join(f"{child.tag} " for child in element))
    if element.tag in {"testsuite", "testsuites"}:
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.attrib[name]) == sum(1 for _ in element.iter(tag)), name
    for child in element:
        check_schema(child)
