"""The face keeps its own rules: colours are tokens, text can be read, nothing runs inline."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.forms import BooleanField, CharField, ChoiceField, Form, RadioSelect
from django.template import Context, Template
from django.template.loader import render_to_string

PACKAGE = Path(__file__).resolve().parents[2]
STYLE_SHEET = (PACKAGE / "static/alcaide.css").read_text(encoding="utf-8")
TOKEN_BLOCK = re.compile(
    r"^(?::root, \[data-bs-theme=light\]|\[data-bs-theme=dark\]) \{.*?^\}", re.MULTILINE | re.DOTALL
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
WORDS = ("ink", "ink-2", "ink-3", "accent", "good", "warn", "bad")
ON_TINT = (
    ("good", "good-tint"),
    ("warn", "warn-tint"),
    ("bad", "bad-tint"),
    ("accent", "accent-tint"),
    ("ink", "accent-tint"),
    ("ink-2", "line-soft"),
    ("on-accent", "accent"),
)
ERROR_PAGES = ("400.html", "403.html", "404.html", "500.html", "csrf_403.html")


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*#([0-9a-f]{3,6});", block))


LIGHT, DARK = (_tokens(block) for block in TOKEN_BLOCK.findall(STYLE_SHEET))
THEMES = {"light": LIGHT, "dark": DARK}


def _luminance(colour: str) -> float:
    full = "".join(letter * 2 for letter in colour) if len(colour) == 3 else colour
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(theme: str, one: str, other: str) -> float:
    light, dark = sorted((_luminance(THEMES[theme][name]) for name in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_no_colour_stands_outside_the_tokens():
    rest = re.sub(r"/\*.*?\*/", "", TOKEN_BLOCK.sub("", STYLE_SHEET), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", rest) == []


def test_both_themes_have_the_same_tokens():
    assert LIGHT.keys() == DARK.keys()


def test_every_token_that_is_used_is_one_that_stands():
    used = set(re.findall(r"var\(--([a-z0-9-]+)", STYLE_SHEET))
    assert {name for name in used if not name.startswith("tblr-")} - LIGHT.keys() == {"accent-rgb", "hue"}


@pytest.mark.parametrize(("theme", "word", "ground"), list(product(THEMES, WORDS, ("paper", "card", "wall"))))
def test_words_can_be_read_on_every_ground(theme, word, ground):
    assert _contrast(theme, word, ground) >= 4.5


@pytest.mark.parametrize(
    ("theme", "pair"),
    list(product(THEMES, ON_TINT)),
)
def test_words_can_be_read_on_their_tint(theme, pair):
    assert _contrast(theme, *pair) >= 4.5


@pytest.mark.parametrize(
    ("theme", "shape"), list(product(THEMES, ("edge", "digital", "physical", "people", "plan", "ink-3")))
)
def test_edges_and_marks_stand_out_from_the_card(theme, shape):
    assert _contrast(theme, shape, "card") >= 3


@pytest.mark.parametrize("template", sorted(PACKAGE.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_carries_style_or_script_inline(template):
    assert INLINE.findall(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", ERROR_PAGES)
def test_an_error_page_needs_nothing_from_its_caller(page, settings):
    settings.STORAGES = _plain_static(settings)
    written = render_to_string(page)
    assert written.count("<h1>") == 1
    assert 'data-bs-theme="auto"' in written


class _Sample(Form):
    name = CharField(label="Name", help_text="As people say it.")
    note = CharField(required=False)
    seen = BooleanField(required=False)
    who = ChoiceField(choices=[("a", "All")], widget=RadioSelect)
    kind = ChoiceField(choices=[("", "---------"), ("b", "Both")])


def _field(name: str, data: dict | None = None) -> str:
    form = _Sample(data)
    return Template("{% load alcaide %}{% field form." + name + ' autocomplete="name" %}').render(
        Context({"form": form})
    )


def test_a_field_ties_its_label_help_and_fault_to_its_control():
    written = _field("name", {"name": ""})
    assert 'for="id_name"' in written
    assert 'aria-describedby="id_name_helptext id_name_error"' in written
    assert 'id="id_name_error"' in written
    assert 'class="form-control"' in written
    assert 'autocomplete="name"' in written


def test_a_field_that_may_stay_empty_says_so():
    assert "optional" in _field("note")
    assert "optional" not in _field("name")


def test_an_empty_choice_says_what_it_means_and_not_dashes():
    written = _field("kind")
    assert ">choose</option>" in written
    assert "---" not in written


def test_choices_stand_in_a_fieldset_with_their_question():
    written = _field("who")
    assert "<fieldset" in written
    assert "<legend" in written


def test_a_tick_stands_before_its_label():
    written = _field("seen")
    assert written.index("<input") < written.index("<label")


def _plain_static(settings) -> dict:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return {**settings.STORAGES, "staticfiles": plain}
