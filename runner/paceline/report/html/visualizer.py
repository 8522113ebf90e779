"""What `pm.visualizer.set` was given, as a still picture: markup that can neither run a script nor load anything.

Postman makes a page of the template with Handlebars and lets it run its scripts. In a report, which others open later
and elsewhere, no script of a collection runs; template and data are there to be read besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from paceline.formats.text import json_text
from paceline.report.html.handlebars import NotRenderedError, rendered
from paceline.report.html.markup import harmless
from paceline.report.masking import Mask

_LONGEST: Final = 256 * 1024  # characters


def visualizer_json(visualizer: Mapping[str, Any] | None, mask: Mask, nonce: str) -> dict[str, Any] | None:
    """The `template`, the `data` as JSON, the `html` for a frame, and a `note` where that is not the whole truth."""
    template = None if visualizer is None else visualizer.get("template")
    if visualizer is None or not isinstance(template, str):
        return None
    template, data = mask.text(template), mask.data(visualizer.get("data"))
    shown = {"template": template[:_LONGEST], "data": json_text(data)[:_LONGEST]}
    try:
        markup = mask.text(rendered(template, data))
    except (NotRenderedError, RecursionError) as error:
        return {**shown, "note": f"The template is not rendered here: {error}."}
    if len(markup) > _LONGEST:
        return {**shown, "note": "The template is not rendered here: it becomes too long."}
    page = {**shown, "html": harmless(markup, nonce)}
    return (
        {**page, "note": "Scripts of the template do not run in a report."} if "<script" in template.lower() else page
    )
