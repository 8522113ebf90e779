"""A suite of one collection `shop`, recorded from a server on loopback that is gone when the mutants come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.building import Json
from tests.building import item as request_item
from tests.servers import Header, Request, answering, response, serving
from tests.suites import suite_in

import paceline
from paceline.mutants.outcome import Judged, Mutated, Told
from paceline.mutants.run import Choice, mutate
from paceline.recording import Cassettes

Answers = Mapping[str, Any]


def ask(name: str, test: str = "", **more: Any) -> Json:
    """A request for `/<name>`."""
    return request_item(name, f"{{{{base}}}}/{name}", test=test, **more)


def recorded(
    folder: Path,
    items: Sequence[Json],
    answers: Answers,
    *,
    schemas: Mapping[str, Any] | None = None,
    contracts: Mapping[str, Any] | None = None,
    **members: Any,
) -> Path:
    """The path of the suite, with its cassettes in `tapes`.

    Args:
        answers: by path with query, without the first slash: JSON, or (headers, bytes).
        schemas: by name.
        contracts: by name of the request; where there are none, the suite has no contracts.
    """

    def answer(request: Request) -> bytes:
        content = answers[request.target.removeprefix("/")]
        headers: list[Header] = [("Content-Type", "application/json")]
        if isinstance(content, tuple):
            headers, body = content
            return response(200, headers, body)
        return response(200, headers, json.dumps(content).encode())

    folder.mkdir(exist_ok=True)
    if contracts is not None:
        for name, schema in (schemas or {}).items():
            text = json.dumps({"$id": f"https://paceline.invalid/{name}.schema.json", **schema})
            (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")
        book = {"requests": {f"shop/{name}": {"status": 200, **one} for name, one in contracts.items()}}
        (folder / "contracts.yaml").write_text(json.dumps(book), encoding="utf-8")
        members["contracts"] = "contracts.yaml"
    with serving(answering(answer)) as server:
        suite = suite_in(folder, server.url, {"shop": items}, cassettes="tapes", **members)
        result = paceline.run(suite, cassettes=Cassettes(folder / "tapes", "rewrite"))
    assert result.ok, [str(failure.problem) for _, failure in result.failures]
    return suite


def told_of(suite: Path, *operators: str, **choice: Any) -> list[Told]:
    """What becomes of the mutants of all requests."""
    return list(mutate(suite, Choice(operators, **choice) if operators else Choice(**choice)))


def mutants_in(told: Sequence[Told]) -> Iterator[Judged]:
    return (one for each in told if isinstance(each, Mutated) for one in each.judged)


def fates(suite: Path, *operators: str, **choice: Any) -> list[tuple[str, str, str, str]]:
    """Each mutant as (operator, pointer, fate, by what)."""
    return [(one.operator, one.pointer, one.fate, one.by) for one in mutants_in(told_of(suite, *operators, **choice))]
