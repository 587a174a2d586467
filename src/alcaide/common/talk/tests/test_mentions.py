"""Who a text mentions, and how it is cut for showing."""

import pytest

from alcaide.common.talk.mentions import Known, NotMentioned, parts, resolve, tokens, unique_handle

INES = Known(1, "Inés Robledo", "ines@almena.example")
LUIS = Known(2, "Luis Vega", "lvega@almena.example")
LUISA = Known(3, "Luis Vega", "luis2@almena.example")
PEOPLE = [INES, LUIS]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ines", [1]),
        ("(@Inés.Robledo), hello", [1]),
        ("@robledo's plan", [1]),
        ("@lvega and @ines and @INES", [2, 1]),
        ("write to lvega@almena.example", []),
        ("see https://example.org/@ines", []),
        ("@ ines", []),
        ("@lvega@almena.example.", [2]),
    ],
)
def test_a_mention_means_whom_it_names(text: str, found: list[int]) -> None:
    text = text.replace("'s", " s")
    assert resolve(text, PEOPLE) == found


def test_a_name_that_two_share_asks_for_the_address() -> None:
    with pytest.raises(NotMentioned, match=r"@lvega@almena\.example, @luis2@almena\.example"):
        resolve("@luis.vega", [LUIS, LUISA])
    assert unique_handle(LUIS, [LUIS, LUISA]) == "lvega@almena.example"


def test_every_wrong_mention_is_named_at_once() -> None:
    with pytest.raises(NotMentioned, match=r"@bo.*@jo"):
        resolve("@bo and @jo", PEOPLE)


def test_too_many_mentions_are_refused() -> None:
    with pytest.raises(NotMentioned, match="At most 20"):
        resolve(" ".join(f"@p{n}" for n in range(21)), PEOPLE)


@pytest.mark.parametrize("text", ["", "a <b>b</b>\n\nc", "see (https://e.org/a_(b)). @ines!", "javascript:alert(1)"])
def test_the_parts_of_a_text_are_the_text(text: str) -> None:
    assert "".join(part.text for part in parts(text, PEOPLE)) == text


def test_only_web_addresses_become_links() -> None:
    found = parts("javascript:alert(1) ftp://a HTTPS://example.org/x, http://e.org/(a)", [])
    assert [part.url for part in found if part.url] == ["HTTPS://example.org/x", "http://e.org/(a)"]


def test_a_mention_inside_a_link_is_part_of_the_link() -> None:
    found = parts("https://e.org/@ines @ines", PEOPLE)
    assert [(part.text, part.is_mention) for part in found if part.url or part.is_mention] == [
        ("https://e.org/@ines", False),
        ("@ines", True),
    ]


def test_a_long_text_is_cut_in_reasonable_time() -> None:
    assert len(parts("@" * 10_000 + "a." * 5_000, PEOPLE)) >= 1
    assert tokens("@a" + "." * 10_000) == ["a"]
