"""Files as they were at a revision, out of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from paceline.errors import FileError, Location, UsageError


def is_revision(name: str, folder: Path) -> bool:
    """Whether git knows a commit by this name, such as `HEAD~3`, `main` or `v1.2`; not where there is no git."""
    if not name or name.startswith("-") or not folder.is_dir():
        return False
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    try:
        return _git(folder, *asked).returncode == 0
    except FileNotFoundError:
        return False


def file_at(revision: str, path: Path) -> bytes:
    """The content of a file as it was at a revision.

    Args:
        revision: a name of a commit.
        path: of the file as it is called there; relative ones count from here.

    Raises:
        UsageError: git is not there, this is no repository, or it knows no such revision.
        FileError: there was no such file then.
    """
    folder = next(each for each in path.absolute().parents if each.is_dir())
    inside = path.absolute().relative_to(folder).as_posix()
    try:
        top = _git(folder, "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        raise UsageError(f"{revision} is a revision, and there is no git here", fix="install git") from None
    if top.returncode:
        reason = _reason(top)
        fix = "name a file instead of a revision, or do this in a checkout"
        raise UsageError(f"{folder} is in no git repository ({reason})", fix=fix)
    if not is_revision(revision, folder):
        fix = "see `git log --oneline`; a clone may be shallow: `git fetch --unshallow`"
        raise UsageError(f"git knows no revision {revision!r}", fix=fix)
    shown = _git(folder, "show", "--end-of-options", f"{revision}:./{inside}")
    if shown.returncode:
        at = Location(f"{revision}:{path}")
        raise FileError(f"there was no such file then ({_reason(shown)})", at, f"see `git log -- {path}` since when")
    return shown.stdout


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("fatal: ") if lines else f"git ended with {done.returncode}"
