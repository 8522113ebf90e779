"""The example responses that Postman saves beside a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from paceline.contract.body import UnreadableError, read_json
from paceline.contract.response import media_type
from paceline.drift.facts import Observation
from paceline.model.collection import Collection

#: What the app notes about the language of a body, for examples that are saved without headers.
_TYPES: Final = {"json": "application/json", "html": "text/html", "xml": "application/xml", "text": "text/plain"}


def examples_of(collection: Collection) -> tuple[list[Observation], int]:
    """The saved examples of a collection as answers, and how many had to be left out.

    Left out is what nothing can be learnt from: an example without a status, or one that calls itself JSON and is not,
    as where somebody shortened it by dots. What was asked is not known, since addresses may still be templates, nor is
    how long the answer took at which host.
    """
    found: list[Observation] = []
    left_out = 0
    for item in [item for _, item in collection.items()]:
        for example in item.source.get("response") or ():
            observation = _observation(f"{collection.stem}/{item.name}", example)
            if observation is None:
                left_out += 1
            else:
                found.append(observation)
    return found, left_out


def _observation(key: str, example: Any) -> Observation | None:
    if not isinstance(example, Mapping):
        return None
    status, body = example.get("code"), example.get("body") or ""
    if type(status) is not int or not isinstance(body, str):
        return None
    headers = tuple(_headers(example.get("header")))
    type_ = next((media_type(value) for name, value in headers if name.lower() == "content-type"), "")
    if not type_:
        type_ = _TYPES.get(str(example.get("_postman_previewlanguage")), "")
        headers += (("Content-Type", type_),) if type_ else ()
    content = body.encode("utf-8", "replace")
    if content.strip() and (type_ == "application/json" or type_.endswith("+json")):
        try:
            read_json(content)
        except UnreadableError:
            return None
    return Observation(key, status, headers, content)


def _headers(entries: Any) -> Iterator[tuple[str, str]]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("key"), str) and not entry.get("disabled"):
            yield entry["key"], str(entry.get("value") or "")
