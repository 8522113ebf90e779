"""Where reports go."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from tests.report.building import Run, entry, shop, tell

from paceline.errors import FileError
from paceline.report.files import report_path, require_writable, writing
from paceline.report.junit import JunitReport
from paceline.report.masking import Mask
from paceline.report.newman_json import JsonReport

STAMP = "paceline-run-2023-11-14-22-13-20-250.json"


def test_the_path_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is that file; a folder, or what is written like one, gets a file named after the time; nothing is ours."""
    monkeypatch.chdir(tmp_path)

    assert Path("out/report.json") == report_path("out/report.json", "json", 1_700_000_000.25)
    assert tmp_path / STAMP == report_path(tmp_path, "json", 1_700_000_000.25)
    assert Path("new") / STAMP == report_path("new/", "json", 1_700_000_000.25)
    assert Path("paceline") / STAMP == report_path(None, "json", 1_700_000_000.25)


def test_reports_without_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They lie beside each other in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    tell(Run([shop(entry())]).events(), JsonReport(None, Mask()), JunitReport(None, Mask()))

    assert [STAMP, STAMP.replace("json", "xml")] == sorted(file.name for file in (tmp_path / "paceline").iterdir())


def test_nothing_is_written_before_the_end(tmp_path: Path) -> None:
    """Neither folders nor files, in case the run does not start."""
    JsonReport(tmp_path / "a" / "report.json", Mask())

    assert [] == list(tmp_path.iterdir())


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Whoever reads it meanwhile sees the old one; its rights stay, and nothing else is left in the folder."""
    target = tmp_path / "deep" / "report.json"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o640)
    with writing(target) as file:
        file.write("new\n✓ \ud83d")

        assert "old" == target.read_text()
    assert b"new\n\xe2\x9c\x93 ?" == target.read_bytes()
    assert 0o640 == stat.S_IMODE(target.stat().st_mode)
    assert [target] == list(target.parent.iterdir())


def test_a_report_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    """And no draft of the new one."""
    target = tmp_path / "report.json"
    target.write_text("old")
    with suppress(KeyboardInterrupt), writing(target) as file:
        file.write("new")
        raise KeyboardInterrupt

    assert "old" == target.read_text()
    assert [target] == list(tmp_path.iterdir())


def test_devices_and_links(tmp_path: Path) -> None:
    """A device is written to and not replaced; a link stays one."""
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "report.json")
    with writing(Path("/dev/null")) as file:
        file.write("x")
    with writing(link) as file:
        file.write("x")

    assert Path("/dev/null").is_char_device()
    assert (True, "x") == (link.is_symlink(), (tmp_path / "report.json").read_text())


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    """It is refused before the run: the way leads through a file."""
    (tmp_path / "file").touch()
    with pytest.raises(FileError) as caught:
        JsonReport(tmp_path / "file" / "report.json", Mask())

    assert str(tmp_path / "file") == str(caught.value.where)
    with pytest.raises(FileError), writing(tmp_path / "file" / "report.json"):
        pass
    with pytest.raises(FileError), writing(Path("a\0b")):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_may_not_be(tmp_path: Path) -> None:
    """A folder or file without the right to write is refused before the run."""
    (tmp_path / "file").touch(0o400)
    tmp_path.chmod(0o500)
    for path in (tmp_path / "file", tmp_path / "new.json", tmp_path / "new" / "report.json"):
        with pytest.raises(FileError, match="write-protected"):
            require_writable(path)
