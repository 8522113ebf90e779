"""Visualizers in the HTML report: rendered with plain Handlebars, and harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.report.building import Run, entry, shop, trip
from tests.report.opening import html_report

from paceline.report.html.handlebars import NotRenderedError, rendered
from paceline.report.html.markup import harmless

DATA: dict[str, Any] = {
    "title": "<b>Rides</b>",
    "rides": [{"name": "Hill", "tags": ["a", "b"]}, {"name": "Flat", "tags": []}],
    "by": {"x": 1, "y": 2.5},
    "none": [],
    "yes": True,
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("{{title}} {{{by.y}}}", "&lt;b&gt;Rides&lt;/b&gt; 2.5", id="a value is escaped"),
        pytest.param("{{{title}}}{{& title}}", "<b>Rides</b><b>Rides</b>", id="raw values"),
        pytest.param("{{missing.member}}|{{rides.[1].name}}|{{rides.length}}", "|Flat|2", id="paths"),
        pytest.param("{{#each rides}}{{@index}}{{name}}{{#if @last}}.{{/if}}{{/each}}", "0Hill1Flat.", id="each"),
        pytest.param("{{#each by}}{{@key}}={{this}} {{/each}}", "x=1 y=2.5 ", id="each over members"),
        pytest.param("{{#each none}}x{{else}}nothing{{/each}}", "nothing", id="each over nothing"),
        pytest.param("{{#each rides}}{{#each tags}}{{../name}}{{.}} {{/each}}{{/each}}", "Hilla Hillb ", id="outwards"),
        pytest.param("{{#if yes}}a{{else}}b{{/if}}{{#if none}}a{{else}}b{{/if}}", "ab", id="if"),
        pytest.param("{{#with by}}{{x}}{{@root.yes}}{{/with}}", "1true", id="with"),
        pytest.param("a{{! no }}{{!-- {{no}} --}}b{{~ yes ~}}", "abtrue", id="comments"),
    ],
)
def test_what_templates_are_made_of(template: str, expected: str) -> None:
    """Values, blocks and paths come out as from Handlebars itself."""
    assert expected == rendered(template, DATA)


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{{lookup rides 0}}", id="a helper"),
        pytest.param("{{#list rides}}{{/list}}", id="a block helper"),
        pytest.param("{{> row}}", id="a partial"),
        pytest.param("{{#each rides}}", id="an open block"),
        pytest.param("{{/each}}", id="a closed one"),
        pytest.param("{{#each n}}" * 7 + "x" + "{{/each}}" * 7, id="too much"),
    ],
)
def test_what_is_not_rendered(template: str) -> None:
    """What would need code, or would never end, is refused with a reason."""
    numbers: list[Any] = []
    numbers.extend({"n": numbers} for _ in range(12))
    with pytest.raises(NotRenderedError):
        rendered(template, {**DATA, "n": numbers})


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("<p class='a' onclick='evil()'>x</p>", '<p class="a">x</p>', id="event handlers"),
        pytest.param("a<script>evil('</p>')</script>b", "ab", id="scripts"),
        pytest.param("<a href='javascript:evil()'>x</a>", "<a>x</a>", id="links"),
        pytest.param(
            "<img src='http://evil.test/a.png'><img src='data:image/png;base64,AA=='>",
            '<img><img src="data:image/png;base64,AA==">',
            id="pictures from elsewhere",
        ),
        pytest.param("<img src='data:image/svg+xml;base64,AA=='>", "<img>", id="pictures with scripts"),
        pytest.param("<iframe src='http://evil.test'>x</iframe><form action='/'>y</form>", "y", id="frames and forms"),
        pytest.param("<svg><script>evil()</script></svg><math><mi>x</mi></math>z", "z", id="other vocabularies"),
        pytest.param(
            "<style>@import 'http://evil.test'; p{background:url(http://evil.test)}</style>",
            '<style nonce="n"> p{background:}</style>',
            id="style sheets that load",
        ),
        pytest.param("&lt;script&gt;", "&lt;script&gt;", id="escaped stays escaped"),
        pytest.param("<meta http-equiv=refresh content='0;url=http://evil.test'><base href=x>", "", id="heads"),
    ],
)
def test_only_harmless_markup_is_kept(markup: str, expected: str) -> None:
    """Elements and attributes that could act or load are taken out, the rest stays."""
    assert expected == harmless(markup, "n").partition("</style>")[2]


def test_style_attributes_move_into_the_style_sheet() -> None:
    """The page's policy admits no inline style, so it becomes a rule; it cannot break out of it."""
    page = harmless("<p style='color:red;}</style><script>evil()</script>'>x</p>", "n")

    assert '[data-style="0"]{color:red;/stylescriptevil()/script}</style>' in page
    assert page.endswith('<p data-style="0">x</p>')


def test_a_visualizer_in_the_report(tmp_path: Path) -> None:
    """The report has the picture, and template and data beside it; secrets are masked in all three."""
    template = "<h1>{{title}}</h1><p>{{password}}</p><script>draw()</script>"
    run = Run([shop(entry())])
    run.add(trip=trip(), visualizer={"template": template, "data": {"title": "Rides", "password": "canary-9"}})
    report = html_report(run.events(), tmp_path)
    shown = report.details[0]["visualizer"]

    assert "<h1>Rides</h1><p>********</p>" in shown["html"]
    assert template == shown["template"]
    assert "Scripts of the template do not run in a report." == shown["note"]
    assert "canary" not in report.unpacked


def test_a_visualizer_that_cannot_be_rendered(tmp_path: Path) -> None:
    """Template and data are shown as they are, with the reason."""
    run = Run([shop(entry())])
    run.add(trip=trip(), visualizer={"template": "{{chart rides}}", "data": [1]})
    shown = html_report(run.events(), tmp_path).details[0]["visualizer"]

    assert "html" not in shown
    assert "The template is not rendered here: {{chart rides}} is more than a name." == shown["note"]
