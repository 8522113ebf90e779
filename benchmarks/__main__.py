"""Compare paceline with Newman and with a bare loop over `requests.Session`, all against one local server.

Every figure is the wall time of a whole process, start to end. The commands take turns (A B C A B C …), so that a
machine that gets slower or faster meanwhile does so for all of them; what is printed are medians and their ratios.

    python -m benchmarks [--runs 5] [--requests 1000] [--newman PATH]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NEWMAN = "newman@6.2.2"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
SCRIPT = [
    "pm.test('answers', function () { pm.response.to.have.status(200); });",
    "pm.test('is ok', function () { pm.expect(pm.response.json().ok).to.equal(true); });",
]
SESSION_LOOP = """
import sys, requests
session = requests.Session()
for number in range(int(sys.argv[2])):
    assert session.get(f"{sys.argv[1]}/rides/{number}?page=1").json()["ok"]
"""

Command = Sequence[str]


def collection(address: str, requests: int, *, script: bool) -> dict[str, Any]:
    """A collection of GET requests, with or without a small test script each."""
    event = [{"listen": "test", "script": {"type": "text/javascript", "exec": SCRIPT}}]
    items = [
        {"name": f"Ride {number}", "request": {"method": "GET", "url": f"{{{{base_url}}}}/rides/{number}?page=1"}}
        | ({"event": event} if script else {})
        for number in range(requests)
    ]
    variables = [{"key": "base_url", "value": address}]
    return {"info": {"name": "Benchmark", "schema": SCHEMA}, "item": items, "variable": variables}


@contextmanager
def local_server() -> Iterator[str]:
    """Address of the server, in a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.server"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def find_newman(given: str | None, folder: Path) -> str | None:
    """Path of Newman: as given, on the PATH, or fetched by npm into `folder`; None when there is no npm either."""
    found = given or shutil.which("newman")
    if found or not shutil.which("npm"):
        return found
    print(f"fetching {NEWMAN} …", file=sys.stderr)
    fetch = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", NEWMAN]
    subprocess.run(fetch, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return str(folder / "node_modules" / ".bin" / "newman")


def in_turns(commands: Mapping[str, Command], runs: int) -> dict[str, float]:
    """Median wall seconds of each command; the first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            elapsed = time.perf_counter() - start
            if done.returncode:
                sys.exit(f"{name} failed with {done.returncode}: {done.stderr[-500:]}")
            if turn:
                seconds[name].append(elapsed)
    return {name: statistics.median(measured) for name, measured in seconds.items()}


def show(title: str, medians: Mapping[str, float]) -> None:
    """One block: the times, and how they compare with paceline's."""
    print(f"\n{title}")
    own = medians["paceline"]
    for name, median in medians.items():
        comparison = "" if name == "paceline" else f"   paceline takes {own / median:.2f} of it ({median / own:.1f} x)"
        print(f"  {name:<18} {median:8.3f} s{comparison}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (5)")
    parser.add_argument("--requests", type=int, default=1000, help="requests of the large collections (1000)")
    parser.add_argument("--newman", help=f"path of Newman (else the PATH is searched, else npm fetches {NEWMAN})")
    options = parser.parse_args()

    paceline = [sys.executable, "-m", "paceline"]
    with tempfile.TemporaryDirectory() as folder, local_server() as address:
        newman = find_newman(options.newman, Path(folder))
        if newman is None:
            print("there is neither newman nor npm here: comparing with the requests loop only", file=sys.stderr)

        def against_newman(name: str, requests: int, *, script: bool) -> dict[str, Command]:
            path = Path(folder) / f"{name}.json"
            path.write_text(json.dumps(collection(address, requests, script=script)))
            commands: dict[str, Command] = {"paceline": [*paceline, "run", str(path)]}
            return commands | ({"newman": [newman, "run", str(path)]} if newman else {})

        show("one request with a script, start to end", in_turns(against_newman("one", 1, script=True), options.runs))
        plain = against_newman("plain", options.requests, script=False)
        loop = [sys.executable, "-c", SESSION_LOOP, address, str(options.requests)]
        show(
            f"{options.requests} requests without scripts", in_turns({**plain, "requests.Session": loop}, options.runs)
        )
        scripted = against_newman("scripted", options.requests, script=True)
        show(f"{options.requests} requests with a small script each", in_turns(scripted, options.runs))
        version = {"paceline": [*paceline, "--version"], "python -c pass": [sys.executable, "-c", "pass"]}
        show("paceline --version", in_turns(version, options.runs))
    print(f"\n{options.runs} runs of each, in turns; {os.cpu_count()} processors", file=sys.stderr)


if __name__ == "__main__":
    main()
