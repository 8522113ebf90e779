"""What things are called in a report."""

from __future__ import annotations

from paceline.model.outcome import ItemResult


def path_of(result: ItemResult) -> tuple[str, ...]:
    """Names of the collection, the folders and the item, outermost first."""
    return (result.collection.name, *(folder.name for folder in result.folders), result.item.name)
