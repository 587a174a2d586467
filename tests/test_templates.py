"""What every template must hold, told in a second; the browser's tests look at the pages themselves."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

SOURCE = Path(__file__).resolve().parent.parent / "src/alcaide"
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
WORDS_OF_DJANGO = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SCROLLS = re.compile(r"""<\w[^<>]*\bclass="scroll(?: [^"]*)?"[^<>]*>""")


def scrolling() -> list[tuple[str, str]]:
    """Return each region that scrolls sideways, as (template, tag without Django's words)."""
    return [
        (str(path.relative_to(SOURCE)), tag)
        for path in TEMPLATES
        for tag in SCROLLS.findall(WORDS_OF_DJANGO.sub("x", path.read_text()))
    ]


@pytest.mark.parametrize("attribute", ["tabindex=", "role=", "aria-label"])
def test_what_scrolls_sideways_is_reached_by_keys_and_has_a_name(attribute):
    found = scrolling()
    assert len(found) > 20
    assert [each for each in found if attribute not in each[1]] == []
