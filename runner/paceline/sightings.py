"""What recordings tell of which request needs which: event logs of whole runs, and the cassettes of a suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from paceline.engine.seen import Place, Seen, joined, seen_in_recordings, seen_in_run
from paceline.engine.selection import Step
from paceline.model.exchange import Exchange
from paceline.model.suite import Suite


def sightings(suite: Suite, steps: Sequence[Step], cassettes: Path | None, logs: Iterable[str | Path]) -> Seen:
    """What is known of the requests of a suite; what the logs tell counts before the cassettes.

    Args:
        steps: all requests, in the order in which they run; those of the suite's setup come first in any case.

    Raises:
        FileError, FormatError: a log or a cassette cannot be read.
    """
    from paceline.report.event_log import read_events

    first = [errand.key for errand in suite.setup]
    ordered = sorted(steps, key=lambda step: first.index(step.key) if step.key in first else len(first))
    sights = [seen_in_run(read_events(path)) for path in logs]
    if cassettes is not None and cassettes.is_dir():
        sights.append(seen_in_recordings(_recorded(cassettes, ordered)))
    return joined(sights)


def _recorded(folder: Path, steps: Iterable[Step]) -> Iterator[tuple[Place, list[Exchange]]]:
    from paceline.transport.cassette_library import CassetteLibrary

    library = CassetteLibrary(folder)
    for step in steps:
        _, cassette = library.find(step.collection.stem, step.path)
        if cassette is not None:
            yield (
                (step.collection.stem, step.path),
                [hop for recording in cassette.recordings for hop in recording.hops],
            )
