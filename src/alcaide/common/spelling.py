"""Words typed wrongly: what was probably meant, from the words that stand in titles."""

from collections.abc import Iterable, Iterator

from django.db.models import Q
from rapidfuzz.distance import OSA

from alcaide.common.models import SearchWord

# Shorter words differ from too many others by one letter; longer ones are identifiers that nobody types.
SHORTEST, LONGEST = 4, 30
# One slip in a short word, two in a long one.
LONG_WORD = 8
MOST_MEANT = 3
MOST_LOOKED_AT = 20_000
AT_ONCE = 2_000


def learn(words: Iterable[str]) -> None:
    """Remember folded words of titles; called as they become findable. Words with a number are left out."""
    fresh = {word for word in words if SHORTEST <= len(word) <= LONGEST and not any(char.isdigit() for char in word)}
    rows = [SearchWord(word=word, first=word[0], last=word[-1], length=len(word)) for word in sorted(fresh)]
    SearchWord.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)


def meant(word: str, *, is_begun: bool = False) -> list[str]:
    """Return the known words that a folded word may stand for, the nearest first; empty where it is known or too short.

    is_begun: the word may be only the beginning of the one that is meant.
    """
    if not SHORTEST <= len(word) <= LONGEST or any(char.isdigit() for char in word):
        return []
    slips = 2 if len(word) >= LONG_WORD else 1
    near: dict[str, int] = {}
    for known in _candidates(word, slips, is_begun=is_begun):
        compared = known[: len(word)] if is_begun else known
        distance = OSA.distance(word, compared, score_cutoff=slips)
        if 0 < distance <= slips:
            near[compared] = min(distance, near.get(compared, slips))
    return sorted(near, key=lambda each: (near[each], each))[:MOST_MEANT]


def respelled(words: list[str]) -> Iterator[list[str]]:
    """Yield the asked words with those that are unknown replaced by what was probably meant, the likeliest first."""
    if not words:
        return
    for place in range(len(words) - 1, -1, -1):
        is_last = place == len(words) - 1
        found = meant(words[place])
        if not found and is_last:
            found = meant(words[place], is_begun=True)
        for each in found:
            yield [*words[:place], each, *words[place + 1 :]]


def _candidates(word: str, slips: int, *, is_begun: bool) -> Iterator[str]:
    """Yield known words of about the same length that begin or end alike: a slip seldom takes both ends."""
    lengths = Q(length__gte=len(word) - slips)
    if not is_begun:
        lengths &= Q(length__lte=len(word) + slips)
    alike = Q(first=word[0]) if is_begun else Q(first=word[0]) | Q(last=word[-1])
    yield from SearchWord.objects.filter(lengths & alike).values_list("word", flat=True)[:MOST_LOOKED_AT]
