"""What would notice a change that nothing noticed: a line for a test script, or what a contract could say."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from paceline.contract.checker import ContractChecker
from paceline.contract.excerpt import kinds
from paceline.drift.pointers import ITEM
from paceline.engine.selection import Step
from paceline.model.contract import Contract
from paceline.mutants.operators import OVER, Mutant, counted_list
from paceline.mutants.outcome import Suggestion
from paceline.mutants.places import Kind, Place

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_ROWS: Final = ("row", "inner", "item", "part")
_BODY: Final = "pm.response.json()"

_HAS_TYPE: Final[dict[Kind, str]] = {
    "boolean": "typeof value === 'boolean'",
    "number": "typeof value === 'number'",
    "string": "typeof value === 'string'",
    "array": "Array.isArray(value)",
    "object": "Object(value) === value && !Array.isArray(value)",
    "null": "value === null",
}


def suggestion_for(mutant: Mutant, step: Step, checker: ContractChecker | None) -> Suggestion:
    """What to add so that this mutant is noticed; only what the recorded answer itself keeps."""
    contract = None if checker is None else checker.book.find(step.collection.stem, step.item.name)
    if checker is None:
        words = ""
    elif contract is None:
        words = f"a contract for {step.key}"
    else:
        words = _in_contract(mutant, contract, checker)
    return Suggestion(_check(mutant), words)


# --- Scripts ---


def _check(mutant: Mutant) -> str:
    if mutant.operator == "500":
        was = mutant.change.removeprefix("500 in place of ").partition(",")[0]
        return _test(f"status is {was}", f"pm.response.to.have.status({was})")
    if mutant.operator == "stale-cookie":
        name = mutant.pointer.partition("/")[2]
        # What else its value should be, only a body that tells it too could say.
        held = f"pm.expect(pm.cookies.has({_text(name)})).to.equal(true)"
        return _test(f"the cookie {name} is kept", held) if mutant.change == OVER else ""
    return _of_table(mutant) if mutant.place is None else _of_place(mutant, mutant.place)


def _of_place(mutant: Mutant, place: Place) -> str:
    pointer = place.pointer or "the body"
    match mutant.operator:
        case "empty-list":
            is_there = place.always and place.kinds == {"array"}
            filled = (
                "be.an('array').that.is.not.empty" if is_there else "satisfy((value) => !value || value.length > 0)"
            )
            return _test(f"{pointer} is not empty", _for_each(place, f"to.{filled}"))
        case "off-by-one":
            rows = counted_list(place)
            return "" if rows is None else _test(f"{pointer} counts the rows", _for_each(place, "to.equal(…)", rows))
    if place.kinds == {"null"}:  # what else it may be, nobody has seen
        return _test(f"{pointer} is there", _for_each(place, "to.not.equal(undefined)"))
    words = kinds(sorted(place.kinds))
    absent = "" if place.always else ", or not there"
    return _test(f"{pointer} is {words}{absent}", _for_each(place, _expected(place)))


def _expected(place: Place) -> str:
    """What all values at a place have in common: their types, and whether there always is one."""
    if place.always and len(place.kinds) == 1 and "null" not in place.kinds:
        (kind,) = place.kinds
        return f"to.be.a{'n' if kind in {'array', 'object'} else ''}('{kind}')"
    types = [_HAS_TYPE[kind] for kind in _HAS_TYPE if kind in place.kinds]
    types += [] if place.always else ["value === undefined"]
    return f"to.satisfy((value) => {' || '.join(types)})"


def _for_each(place: Place, expected: str, rows: str | None = None) -> str:
    """The expectation for every value of a place: one loop for each `*` of its pointer.

    Inside of a loop what leads to the value may be missing in some row; that is another place's matter.
    """
    base, names = _BODY, list[str]()
    loops: list[str] = []
    for step, name in zip(place.pointer.split("/")[1:], place.path, strict=True):
        if step != ITEM:
            names.append(str(name))
            continue
        source = _chain(base, names, optional=bool(loops))
        entries = f"{source}?" if loops else source
        if isinstance(name, str):
            entries = f"Object.values({source} || {{}})"
        base, names = _ROWS[min(len(loops), len(_ROWS) - 1)], []
        loops.append(f"{entries}.forEach(({base}) => ")
    if rows is not None:
        expected = expected.replace("…", f"{_chain(base, [*names[:-1], rows])}.length")
    expectation = f"pm.expect({_chain(base, names)}).{expected}"
    if loops and len(names) > 1:
        expectation = f"{_chain(base, names[:-1], optional=True)} && {expectation}"
    return "".join(loops) + expectation + ")" * len(loops)


def _chain(base: str, names: Sequence[str], *, optional: bool = False) -> str:
    """A member of a member of something, in JavaScript."""
    for name in names:
        plain = _NAME.fullmatch(name) is not None
        dot = "?." if optional else "." if plain else ""
        base += dot + (name if plain else f"[{_text(name)}]")
    return base


def _test(name: str, expectation: str) -> str:
    return f"pm.test({_text(name)}, () => {expectation});"


def _text(text: str) -> str:
    """A JavaScript text; of JSON's it takes single quotes, as our scripts have them."""
    return "'" + json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def _of_table(mutant: Mutant) -> str:
    column = mutant.pointer.rpartition("/")[2].removeprefix("~2").replace("~1", "/").replace("~0", "~")
    rows = "const [head, ...rows] = require('csv-parse/lib/sync')(pm.response.text());"
    cell = f"row[head.indexOf({_text(column)})]"
    expected = {
        "type": f"rows.forEach((row) => pm.expect({cell}).to.match(/^(-?\\d+(\\.\\d+)?)?$/));",
        "null": f"rows.forEach((row) => pm.expect({cell}).to.not.equal(''));",
        "drop": f"pm.expect(head).to.include({_text(column)});",
        "empty-list": "pm.expect(rows).to.not.be.empty;",
        "off-by-one": "rows.forEach((row) => pm.expect(row).to.have.lengthOf(head.length));",
    }[mutant.operator]
    return f"pm.test({_text('the table is as it was')}, () => {{ {rows} {expected} }});"


# --- Contracts ---


def _in_contract(mutant: Mutant, contract: Contract, checker: ContractChecker) -> str:
    place, of = mutant.place, f"the contract of {contract.key}"
    if mutant.operator == "stale-cookie":
        return f"`cookies: {{{mutant.pointer.partition('/')[2]}: /pointer/to/its/value/in/the/body}}` in {of}"
    if place is None:
        return "" if contract.columns else f"`csv:` with the columns in {of}"
    if mutant.operator == "off-by-one":
        return "" if contract.paging is not None else f"`paging:` with `follow` in {of}"
    if contract.schema is None:
        return ""
    file, pointer = checker.schemas.at(contract.schema).file, place.pointer or "the body"
    if mutant.operator == "empty-list":
        return f"`minItems: 1` for {pointer} in {file}"
    return f"describe {pointer} in {file}" + (", and require it" if place.always and place.name else "")
