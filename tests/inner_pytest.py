"""pytest inside pytest, as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def started(folder: Path, *arguments: str, ci: bool = False, cache: bool = False) -> tuple[int, str]:
    """Exit code and output of pytest in a folder.

    Args:
        cache: whether it remembers what failed, for `--lf`.
    """
    environ = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
    plugins = ["no:randomly", *([] if cache else ["no:cacheprovider"])]
    command = [sys.executable, "-m", "pytest", *(word for plugin in plugins for word in ("-p", plugin)), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)
    return done.returncode, done.stdout + done.stderr
