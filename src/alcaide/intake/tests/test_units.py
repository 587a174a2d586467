import pytest

from alcaide.intake.limits import Limits
from alcaide.intake.units import Event, Units


def walked(text: str, step: int = 1 << 18, limits: Limits | None = None):
    content = text.encode()
    chunks = (content[at : at + step] for at in range(0, len(content), step))
    units = Units(chunks, limits or Limits(), frames=("report", "group"), units=("row", "rows"))
    marks = list(units)
    return [(mark.event.value, mark.tag) for mark in marks], marks, units


@pytest.mark.parametrize("step", [1, 3, 17, 4096])
def test_frames_and_units_come_in_order_wherever_chunks_end(step):
    text = '<report><group name="a>b"><row n="1">x</row><row n="2"/></group><rows/></report>'
    events, marks, units = walked(text, step)
    assert events == [
        ("opened", "report"),
        ("opened", "group"),
        ("unit", "row"),
        ("unit", "row"),
        ("closed", "group"),
        ("unit", "rows"),
        ("closed", "report"),
    ]
    assert marks[1].attributes == {"name": "a>b"}
    assert marks[2].element.text == "x"
    assert units.cut_unit == ""


@pytest.mark.parametrize("step", [1, 5, 4096])
def test_comments_cdata_and_instructions_hide_nothing_and_fake_nothing(step):
    text = (
        "<report><!-- <row>no</row> --><?hint <row>no</row> ?><row><![CDATA[ </row><row>no</row> ]]></row>"
        "<row>a<!-- </row> -->b</row></report>"
    )
    events, marks, _ = walked(text, step)
    assert [event for event in events if event[1] == "row"] == [("unit", "row")] * 2
    assert marks[1].element.text == " </row><row>no</row> "
    assert marks[2].element.text == "ab"


def test_lines_are_counted_through_everything():
    _, marks, _ = walked("<report>\n<!-- \n -->\n<row>\n\n</row>\n<row>\n<row/></report>", step=4)
    assert [mark.line for mark in marks if mark.tag == "row"] == [4, 7, 8]


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        ("<row><b></row>", "markup is broken"),
        ("<row>&unknown;&#xZZ;<</row>", "markup is broken"),
        ("<row>", "its end is missing"),
        ('<row n="1>x</row>', "first tag is malformed"),
        ("x</row>", "its beginning is missing"),
        ("<row>" + "<d>" * 300 + "</d>" * 300 + "</row>", "markup is broken"),
    ],
)
@pytest.mark.parametrize("step", [1, 6, 4096])
def test_a_damaged_unit_is_one_broken_unit_and_the_next_is_read(damaged, reason, step):
    events, marks, _ = walked(f"<report>{damaged}<row>fine</row></report>", step)
    assert events == [("opened", "report"), ("broken", "row"), ("unit", "row"), ("closed", "report")]
    assert reason in marks[1].reason
    assert marks[2].element.text == "fine"


def test_a_bare_ampersand_is_taken_as_text():
    _, marks, _ = walked("<report><row>AT&T &amp; &lt;co&gt; &#65;</row></report>")
    assert marks[1].is_repaired
    assert marks[1].element.text == "AT&T & <co> A"


def test_a_torn_instruction_does_not_swallow_the_file():
    rows = "<row>fine</row>" * 2000
    events, _, _ = walked(f"<report><?ow>torn</row>{rows}</report>", step=512)
    assert events.count(("unit", "row")) == 2000


@pytest.mark.parametrize("step", [256, 1 << 18])
def test_a_unit_over_the_cap_is_let_go(step):
    text = f"<report><row>{'x' * 5000}</row><row>fine</row></report>"
    events, marks, _ = walked(text, step, Limits(record_bytes=1000))
    assert events == [("opened", "report"), ("broken", "row"), ("unit", "row"), ("closed", "report")]
    assert "longer than" in marks[1].reason


def test_a_unit_of_too_many_fields_is_set_aside():
    text = f"<report><row>{'<f/>' * 30}</row></report>"
    _, marks, _ = walked(text, limits=Limits(fields_in_record=20))
    assert "more than 20 fields" in marks[1].reason


@pytest.mark.parametrize("cut", ["<report><row>be", "<report><row><![CDATA[", "<report><row>x</ro", "<report><row n='"])
def test_the_end_of_the_file_within_a_unit_is_told(cut):
    events, _, units = walked(cut)
    assert events == [("opened", "report")]
    assert units.cut_unit == "row"


def test_a_prefix_declared_above_holds_in_a_unit():
    _, marks, _ = walked('<report xmlns:c="urn:c"><row><c:part>x</c:part></row></report>')
    assert marks[1].event is Event.UNIT
    assert marks[1].element[0].tag == "{urn:c}part"


def test_entities_are_never_resolved():
    _, marks, _ = walked("<report><row>&xxe;</row></report>")
    assert marks[1].element.text == "&xxe;"


def test_a_million_nested_tags_outside_units_cost_nothing():
    events, _, _ = walked("<report>" + "<d>" * 1_000_000 + "<row/></report>")
    assert ("unit", "row") in events
