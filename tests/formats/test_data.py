"""Files of iteration data: JSON and CSV, as Newman reads them, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from paceline.errors import FormatError
from paceline.formats.data import load_data


def loaded(folder: Path, text: str) -> list[dict[str, Any]]:
    path = folder / "rows.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return [dict(row) for row in load_data(path)]


def test_json_is_a_list_of_objects(tmp_path: Path) -> None:
    """Values keep their types; the name of the file does not matter."""
    assert loaded(tmp_path, '[{"user": "ann", "n": 1, "none": null}, {"user": "bob"}]') == [
        {"user": "ann", "n": 1, "none": None},
        {"user": "bob"},
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("a,b\n1,x\n2,y\n", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], id="a line gives the names"),
        pytest.param("\ufeffa\r\nx\r\n", [{"a": "x"}], id="byte order mark and Windows' line ends"),
        pytest.param("a , b\n x , y \n", [{"a": "x", "b": "y"}], id="blanks around are not part of it"),
        pytest.param('a\n"x, ""y""\nz"', [{"a": 'x, "y"\nz'}], id="quoted"),
        pytest.param('a\n "7" ', [{"a": "7"}], id="quoted numbers are texts"),
        pytest.param("a,b,c\n1\n1,2,3,4", [{"a": 1}, {"a": 1, "b": 2, "c": 3}], id="shorter and longer lines"),
        pytest.param("a,b\n,\n\n1,", [{"a": "", "b": ""}, {"a": 1, "b": ""}], id="empty cells, but no empty lines"),
        pytest.param(
            "a\n007\n1e5\n+5\n1.50\n-0.5", [{"a": 7}, {"a": 100000}, {"a": 5}, {"a": 1.5}, {"a": -0.5}], id="n"
        ),
        pytest.param(
            "a\n0x10\n12345678901234567\n1e999\nNaN\n1_000",
            [{"a": "0x10"}, {"a": "12345678901234567"}, {"a": "1e999"}, {"a": "NaN"}, {"a": "1_000"}],
            id="what would be another number stays a text",
        ),
    ],
)
def test_csv(text: str, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    """Cells are texts, or numbers where they are not quoted and look like one."""
    assert loaded(tmp_path, text) == rows


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("", "there is no row of data", id="empty"),
        pytest.param("a,b\n", "there is no row of data", id="names only"),
        pytest.param("[]", "there is no row of data", id="empty list"),
        pytest.param('{"a": 1}', "this is an object, not a list of rows", id="object"),
        pytest.param('[{"a": 1}, 2]', "this row is a number, not an object", id="a row that is none"),
        pytest.param("[{", "this is not JSON: line 1, column 3", id="broken JSON"),
        pytest.param('a\n"x', "this is not CSV: line 2 has an open quote", id="open quote"),
        pytest.param('a\n"x" y', "this is not CSV: line 2 has an open quote, or text after one", id="after a quote"),
        pytest.param("a,a\n1,2", 'two columns are called "a"', id="two of one name"),
    ],
)
def test_other_files_are_refused(text: str, what: str, tmp_path: Path) -> None:
    """Each error says what is wrong; nothing is guessed."""
    with pytest.raises(FormatError) as error:
        loaded(tmp_path, text)

    assert error.value.what.startswith(what)
    assert error.value.fix
