"""Who a comment mentions: `@ines.robledo`, `@ines` where only one is called so, or `@` and the whole e-mail address."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.search import fold

MENTION = re.compile(r"(?<![\w@./:+-])@(\w[\w.'’+-]*(?:@\w[\w.-]*)?)")
LINK = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
AFTER_A_LINK = ".,;:!?'’…"
CLOSES = {")": "(", "]": "[", "}": "{"}
MOST_NAMED = 5
MOST_MENTIONED = 20


class NotMentioned(ValueError):
    """A mention means nobody, or more than one; the message names it and says what to write."""


@dataclass(frozen=True)
class Known:
    """Someone with a sign-in, as a mention may name them."""

    pk: int
    name: str
    email: str

    @property
    def handle(self) -> str:
        """The whole name as it is typed after the sign."""
        return ".".join(fold(self.name))

    def is_called(self, token: str) -> bool:
        """Tell whether a part of the name, or the front of the address, is the token."""
        return ".".join(fold(token)) in {*fold(self.name), ".".join(fold(self.email.partition("@")[0]))}


@dataclass(frozen=True)
class Part:
    """A stretch of a comment: plain text, a link, or somebody who is mentioned."""

    text: str
    url: str = ""
    is_mention: bool = False


def directory() -> list[Known]:
    """Return everyone who can sign in. One query."""
    rows = User.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name", "email")
    return [Known(*row) for row in rows]


def tokens(text: str) -> list[str]:
    """Return what stands after each @ that begins a word, in order, each once.

    >>> tokens("@ines and @Luis.Vega, not ana@example.org; @bo@example.org.")
    ['ines', 'Luis.Vega', 'bo@example.org']
    """
    return list(dict.fromkeys(found.rstrip(".'’-+") for found in MENTION.findall(text)))


def resolve(text: str, known: Sequence[Known] | None = None) -> list[int]:
    """Return the users whom a text mentions. Raises NotMentioned, naming every mention that means nobody or several."""
    asked = tokens(text)
    if not asked:
        return []
    if len(asked) > MOST_MENTIONED:
        raise NotMentioned(_("At most %(n)s people can be mentioned in one comment.") % {"n": MOST_MENTIONED})
    people = directory() if known is None else known
    found: list[int] = []
    faults: list[str] = []
    for token in asked:
        meant = _meant(token, people)
        if len(meant) == 1:
            found.append(meant[0].pk)
        else:
            faults.append(_fault(token, meant, people))
    if faults:
        raise NotMentioned(" ".join(faults))
    return list(dict.fromkeys(found))


def unique_handle(one: Known, people: Iterable[Known]) -> str:
    """Return how to mention somebody so that nobody else is meant."""
    is_shared = any(each.handle == one.handle and each.pk != one.pk for each in people)
    return one.email if is_shared or not one.handle else one.handle


def parts(text: str, mentioned: Iterable[Known]) -> list[Part]:
    """Cut a comment into text, links and mentions, in order; joined they are the text again.

    >>> [part.url for part in parts("See https://example.org/a(b). Bye", [])]
    ['', 'https://example.org/a(b)', '']
    """
    people = list(mentioned)
    found: list[Part] = []
    at = 0
    for start, end, part in _marks(text, people):
        if start < at:
            continue
        if start > at:
            found.append(Part(text[at:start]))
        found.append(part)
        at = end
    return [*found, Part(text[at:])] if at < len(text) else found


def _marks(text: str, people: list[Known]) -> list[tuple[int, int, Part]]:
    marks = []
    for hit in LINK.finditer(text):
        url = _trimmed(hit.group())
        marks.append((hit.start(), hit.start() + len(url), Part(url, url=url)))
    for hit in MENTION.finditer(text) if people else ():
        token = hit.group(1).rstrip(".'’-+")
        if _meant(token, people):
            marks.append((hit.start(), hit.start() + 1 + len(token), Part(f"@{token}", is_mention=True)))
    return sorted(marks, key=lambda mark: mark[0])


def _trimmed(url: str) -> str:
    """Leave off the signs that end the sentence rather than the address."""
    while url:
        last = url[-1]
        if last in AFTER_A_LINK or (last in CLOSES and url.count(last) > url.count(CLOSES[last])):
            url = url[:-1]
            continue
        break
    return url


def _meant(token: str, people: Sequence[Known]) -> list[Known]:
    """Return who a token can mean: the whole address, else the whole name, else a part of either."""
    if "@" in token:
        return [each for each in people if each.email == token.lower()]
    folded = ".".join(fold(token))
    whole = [each for each in people if each.handle == folded]
    return whole or [each for each in people if each.is_called(token)]


def _fault(token: str, meant: Sequence[Known], people: Sequence[Known]) -> str:
    if not meant:
        return _(
            "Nobody with a sign-in is called “@%(token)s”. Write the name as @first.last, "
            "or put a space after the @ if you mean nobody."
        ) % {"token": token}
    names = ", ".join(f"@{unique_handle(each, people)}" for each in meant[:MOST_NAMED])
    more = "…" if len(meant) > MOST_NAMED else ""
    return _("“@%(token)s” could be several people. Write one of: %(names)s%(more)s.") % {
        "token": token, "names": names, "more": more,
    }  # fmt: skip
