"""Icons as inline SVG."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from alcaide.common import icons

PACKAGE = Path(icons.__file__).resolve().parents[1]
NAMED = re.compile(r"""\{% icon ["']([^"']+)["']""")


def test_an_icon_is_hidden_from_screen_readers_and_carries_its_classes():
    drawn = icons.icon("gavel", "turn")
    assert drawn.startswith('<svg class="icon turn" viewBox="0 0 24 24"')
    assert 'aria-hidden="true"' in drawn
    assert "<path" in drawn


def test_an_icon_carries_no_style_script_or_title():
    drawn = "".join(icons.icon(path.stem) for path in icons.FOLDER.glob("*.svg"))
    assert not re.search(r"<style|<script|style=|<title| on[a-z]+=|<!--", drawn)


def test_a_missing_icon_says_how_to_take_it_in():
    with pytest.raises(icons.NoSuchIcon, match="--icon unicorn-hat"):
        icons.icon("unicorn-hat")


def test_a_name_cannot_leave_the_folder():
    with pytest.raises(icons.NoSuchIcon):
        icons.icon("../tabler/tabler.min")


def test_a_missing_icon_does_not_cost_the_page_in_production(monkeypatch, caplog):
    monkeypatch.delenv("PYTEST_VERSION")
    assert icons.icon("unicorn-hat").startswith('<svg class="icon"')
    assert "unicorn-hat" in caplog.text


def test_extra_classes_are_escaped():
    assert '"><b>' not in icons.icon("x", '"><b>')


def test_the_tag_draws_inline():
    assert "<svg" in Template('{% load alcaide %}{% icon "bell" %}').render(Context())


@pytest.mark.parametrize("template", sorted(PACKAGE.rglob("*.html")), ids=lambda path: path.name)
def test_every_icon_a_template_names_is_vendored(template):
    for name in NAMED.findall(template.read_text(encoding="utf-8")):
        assert (icons.FOLDER / f"{name}.svg").is_file(), f"take it in: python tools/vendor.py --icon {name}"
