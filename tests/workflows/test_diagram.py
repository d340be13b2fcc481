"""The pictures say what the tables say, row by row."""
from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

import pytest

from tests.workflows.attempts import WORKFLOWS, row_id
from workflows.glossary import term
from workflows.layout import PICTURES

every_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=row_id)
every_language = pytest.mark.parametrize("lang", ["zh", "en"])


@every_workflow
@every_language
def test_the_mermaid_text_has_one_line_for_every_row_and_no_other(workflow, lang):
    lines = [line.strip() for line in workflow.diagram(lang).splitlines() if "-->" in line]
    rows = [f"{row.source or '[*]'} --> {row.dest} : {term(f'action.{row.action}', lang)}"
            for row in workflow.transitions]
    beginning = [] if workflow.initial is None else [f"[*] --> {workflow.initial}"]
    assert lines == beginning + rows


@every_workflow
def test_the_picture_draws_every_row_once_and_none_that_is_not_there(workflow):
    picture = PICTURES[workflow.name]
    drawn = Counter((action, source, arrow.dest)
                    for arrow in picture.arrows for source in arrow.sources for action in arrow.actions)
    rows = {(row.action, row.source, row.dest) for row in workflow.transitions if row.source is not None}
    assert set(drawn) == rows and set(drawn.values()) == {1}
    assert picture.entered is any(row.source is None for row in workflow.transitions)
    assert set(picture.boxes) == set(workflow.states)


@every_workflow
def test_an_arrow_drawn_as_a_matter_of_rules_is_one_that_asks_the_rules(workflow):
    for arrow in PICTURES[workflow.name].arrows:
        for source in arrow.sources:
            row = workflow.row(source, arrow.actions[0])
            assert arrow.by_rule is any(guard.__name__ == "termination_without_stop" for guard in row.guards)


@every_workflow
@every_language
def test_the_picture_is_sound_still_and_speaks_the_language(workflow, lang):
    root = ElementTree.fromstring(workflow.diagram_svg(lang))
    names = {element.tag.partition("}")[2] for element in root.iter()}
    assert not names & {"script", "style", "image", "use", "foreignObject", "a", "animate"}
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on") or key == "style"]
    written = {"".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")}
    for state in workflow.states:
        assert term(f"{workflow.prefix}.{state}", lang) in written
    told = next(element.text for element in root.iter() if element.tag.endswith("desc"))
    assert told.count("→") == len(workflow.transitions)


@every_workflow
def test_boxes_stand_inside_the_picture_and_apart(workflow):
    picture = PICTURES[workflow.name]
    (width, height), (wide, high) = picture.size, picture.box
    places = [(x, y) for x, y, _ in picture.boxes.values()]
    assert all(wide / 2 <= x <= width - wide / 2 and high / 2 <= y <= height - high / 2 for x, y in places)
    for n, (x, y) in enumerate(places):
        assert all(abs(x - other) >= wide or abs(y - below) >= high for other, below in places[n + 1:])
