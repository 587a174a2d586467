"""Taking in editions of the two feeds."""

from datetime import date

import pytest

from alcaide.common.models import Change, TrailLine
from alcaide.common.permissions import Refused
from alcaide.organization.tests.factories import HOUSE, make_user
from alcaide.threats import services
from alcaide.threats.models import Exploitation, Feed, KnownExploited
from alcaide.threats.queries import current, editions, flaws
from alcaide.threats.services import NotAFeed, OlderEdition, take_in_epss, take_in_kev

from .samples import epss, kev, stored

pytestmark = pytest.mark.django_db
MANY = tuple((f"CVE-2020-{1000 + n}", "2024-01-01") for n in range(20))
SCORES = tuple((f"CVE-2020-{1000 + n}", 0.25) for n in range(20))


def list_of(*entries: tuple[str, str], on: str = "2026-11-20", force: bool = False) -> Feed:
    return take_in_kev(HOUSE, file=stored(kev(*entries, released=on), "kev.json"), force=force)


def scores_of(*scores: tuple[str, float], on: str = "2026-11-20", model: str = "v1", force: bool = False) -> Feed:
    return take_in_epss(HOUSE, file=stored(epss(*scores, on=on, model=model), "epss.csv"), force=force)


def test_an_edition_counts_what_it_adds_changes_and_takes_off():
    first = list_of(*MANY, ("CVE-2024-0001", "2026-01-01"), on="2026-11-19")
    second = list_of(*MANY[1:], ("CVE-2024-0001", "2026-01-02"), ("CVE-2024-0002", "2026-11-20"))
    assert (first.added, first.changed, first.removed) == (21, 0, 0)
    assert (second.added, second.changed, second.removed) == (1, 1, 1)
    assert KnownExploited.objects.get(cve="CVE-2020-1000").removed_on == date(2026, 11, 20)


def test_a_flaw_that_returns_to_the_list_is_known_again():
    for day, entries in (("18", MANY), ("19", MANY[1:]), ("20", MANY)):
        list_of(*entries, on=f"2026-11-{day}")
    assert flaws(["CVE-2020-1000"])["CVE-2020-1000"].is_known_exploited


def test_the_same_edition_again_writes_nothing():
    first = scores_of(*SCORES)
    before = (TrailLine.objects.count(), Change.objects.count())
    assert scores_of(*SCORES).pk == first.pk
    assert (TrailLine.objects.count(), Change.objects.count()) == before


def test_equal_scores_of_the_next_day_touch_no_row_and_note_no_change():
    scores_of(*SCORES, on="2026-11-19")
    changes = Change.objects.count()
    second = scores_of(*SCORES, on="2026-11-20")
    assert (second.added, second.changed, second.removed) == (0, 0, 0)
    assert Change.objects.count() == changes
    assert flaws(["CVE-2020-1000"])["CVE-2020-1000"].scored_on == date(2026, 11, 20)


def test_an_older_edition_is_refused_unless_forced():
    scores_of(*SCORES, on="2026-11-20")
    with pytest.raises(OlderEdition, match="newer, of 2026-11-20"):
        scores_of(*SCORES[1:], on="2026-11-19")
    assert scores_of(*SCORES[1:], on="2026-11-19", force=True).state == "done"
    assert current("epss").dated_on == date(2026, 11, 19)


def test_a_score_that_is_gone_is_taken_off():
    scores_of(*SCORES, on="2026-11-19")
    assert scores_of(*SCORES[1:]).removed == 1
    assert not Exploitation.objects.filter(cve="CVE-2020-1000").exists()


def test_a_list_that_shrinks_suddenly_takes_nothing_off_and_says_so():
    list_of(*MANY, on="2026-11-19")
    feed = list_of(*MANY[:10])
    assert feed.removed == 0
    assert "does not shrink that much" in feed.notices[-1]


def test_a_list_that_was_cut_takes_nothing_off():
    list_of(*MANY, on="2026-11-19")
    whole = kev(*MANY, released="2026-11-20")
    feed = take_in_kev(HOUSE, file=stored(whole[: whole.rindex(b'{"cveID"')], "kev.json"))
    assert feed.removed == 0
    assert any("ends early" in notice for notice in feed.notices)


def test_a_new_model_is_noted_as_no_worsening():
    scores_of(*SCORES, on="2026-11-19")
    feed = scores_of(*((cve, 0.5) for cve, _ in SCORES), model="v2")
    assert feed.changed == 20
    assert any("no flaw became worse" in notice for notice in feed.notices)


def test_an_excerpt_of_the_scores_says_that_its_mean_rests_on_few():
    assert "rests on these few" in scores_of(*SCORES).notices[0]


def test_the_mean_of_all_scores_is_kept():
    assert scores_of(("CVE-2024-0001", 0.1), ("CVE-2024-0002", 0.3)).mean_probability == pytest.approx(0.2)


def test_what_no_feed_knows_has_an_entry_that_says_nothing():
    found = flaws(["CVE-2024-0001"])["CVE-2024-0001"]
    assert (found.epss, found.is_known_exploited, found.scored_on) == (None, False, None)


def test_many_flaws_cost_one_pair_of_queries(django_assert_num_queries):
    scores_of(*SCORES)
    with django_assert_num_queries(2):
        flaws([cve for cve, _ in SCORES])


def test_no_feed_loaded_is_a_state_in_words():
    assert [(each.is_loaded, "is loaded yet" in each.words or "are loaded yet" in each.words)
            for each in editions()] == [(False, True), (False, True)]  # fmt: skip


def test_an_old_edition_says_its_age():
    scores_of(*SCORES, on="2020-01-01")
    words = next(each.words for each in editions() if each.kind == "epss")
    assert "days old" in words
    assert "Bring in a newer one" in words


def test_a_report_is_no_feed():
    with pytest.raises(NotAFeed):
        take_in_kev(HOUSE, file=stored(epss(*SCORES), "epss.csv"))


def test_taking_in_needs_the_right():
    with pytest.raises(Refused):
        take_in_kev(make_user("auditor"), file=stored(kev(*MANY), "kev.json"))
    assert not Feed.objects.exists()


def test_a_feed_that_cannot_be_read_is_marked_and_changes_nothing(monkeypatch):
    from alcaide.common import files  # noqa: PLC0415  only this test takes a file away
    from alcaide.threats.services import land, read  # noqa: PLC0415  loaded only where it is asked for

    feed = land(HOUSE, file=stored(kev(*MANY, released="2026-11-21"), "kev.json"))
    files.place_of(feed.file.sha256).unlink()
    assert read(HOUSE, feed).state == "failed"
    assert not KnownExploited.objects.exists()


def test_scores_that_another_edition_brought_meanwhile_are_no_fault(monkeypatch):
    scores_of(*SCORES, on="2026-11-19")
    monkeypatch.setattr(services, "_scores_of", lambda _: [])
    assert scores_of(*((cve, 0.5) for cve, _ in SCORES)).state == "done"
    assert set(Exploitation.objects.values_list("probability", flat=True)) == {0.5}
