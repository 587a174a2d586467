from datetime import UTC, date, datetime

import pytest

from alcaide.intake import Limits, examine, read
from alcaide.intake.errors import TooLarge
from alcaide.intake.records import Kev, KevCatalogue, Quarantined
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import stream

SMALL = (SAMPLES / "small_kev.json").read_bytes()


def entries(content=SMALL) -> list[Kev]:
    return [record for record in read(stream(content)) if isinstance(record, Kev)]


def catalogue(*listed: str) -> bytes:
    return f'{{"catalogVersion": "2026.10.20", "vulnerabilities": [{", ".join(listed)}]}}'.encode()


def entry(number: int, **values: str) -> str:
    known = {"cveID": f"CVE-2026-{number}", "dateAdded": "2026-10-01"} | values
    return "{" + ", ".join(f'"{key}": "{value}"' for key, value in known.items()) + "}"


def test_the_sample_counts_what_it_holds():
    assert examine(stream(SMALL)).counts == {"vulnerabilities": 3, "ransomware": 1, "quarantined": 0}


def test_the_issue_of_the_catalogue_comes_first():
    released = datetime(2026, 10, 20, 15, 0, 11, 501200, tzinfo=UTC)
    assert next(iter(read(stream(SMALL)))) == KevCatalogue("2026.10.20", released)


def test_an_entry_holds_what_it_says():
    first, second, _ = entries()
    assert (first.cve, first.vendor, first.product) == ("CVE-2021-44228", "Apache", "Log4j2")
    assert (first.added, first.due, first.ransomware) == (date(2021, 12, 10), date(2021, 12, 24), True)
    assert first.cwes == ("CWE-20", "CWE-502")
    assert (second.cve, second.due, second.ransomware) == ("CVE-2026-10001", None, False)
    assert second.description == 'A badge "opens" every door.'


def test_the_broken_sample_sets_aside_the_bad_and_keeps_the_rest():
    reading = examine(SAMPLES / "broken_kev.json")
    assert reading.counts == {"vulnerabilities": 7, "ransomware": 1, "quarantined": 5}
    assert [bad.place for bad in reading.quarantined] == [f"entry {n}, line {n + 5}" for n in (2, 3, 4, 5, 6)]
    assert "The catalogue says it has 9 entries and holds 7." in reading.warnings


@pytest.mark.parametrize("bad", ["2026-13-01", "01/10/2026", "", "soon", "2026-10-01T00:00"])
def test_an_entry_without_a_date_of_adding_is_set_aside(bad):
    content = catalogue(entry(10001, dateAdded=bad), entry(10002))
    (aside,) = [record for record in read(stream(content)) if isinstance(record, Quarantined)]
    assert "dateAdded" in aside.reason
    assert aside.check == "CVE-2026-10001"
    assert [each.cve for each in entries(content)] == ["CVE-2026-10002"]


@pytest.mark.parametrize("bad", ["3", "null", "[]", '"text"', "true"])
def test_an_entry_that_is_no_object_is_set_aside(bad):
    assert examine(stream(catalogue(bad, entry(10002)))).counts["quarantined"] == 1


def test_an_entry_listed_twice_is_kept_once():
    content = catalogue(entry(10001), entry(10001, dueDate="2026-10-09"))
    assert [each.due for each in entries(content)] == [None]
    assert examine(stream(content)).counts == {"vulnerabilities": 2, "ransomware": 0, "quarantined": 1}


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5])
def test_a_cut_file_keeps_the_entries_before_the_cut(share):
    reading = examine(stream(SMALL[: int(len(SMALL) * share)]))
    assert 1 <= reading.counts["vulnerabilities"] < 3
    assert reading.counts["quarantined"] == 0
    assert any("ends early" in text for text in reading.warnings)


def test_a_last_entry_that_is_damaged_in_a_whole_file_is_set_aside():
    reading = examine(stream(catalogue(entry(10001), '{"cveID" "x"}')))
    assert reading.counts == {"vulnerabilities": 2, "ransomware": 0, "quarantined": 1}
    assert not any("ends early" in text for text in reading.warnings)


@pytest.mark.parametrize("deep", ["[" * 200_000, '{"a":' * 200_000])
def test_deep_nesting_is_set_aside(deep):
    content = catalogue(entry(10001), f'{{"cveID": {deep}', entry(10002))
    assert "CVE-2026-10001" in [each.cve for each in entries(content)]


def test_what_a_database_refuses_is_taken_out_of_texts():
    first = entries(catalogue(entry(10001, product=r"Badge\u0000 Server\ud800")))[0]
    assert first.product == "Badge Server"


def test_an_empty_catalogue_is_fine():
    assert examine(stream(catalogue())).counts["vulnerabilities"] == 0


def test_a_catalogue_over_the_cap_is_refused():
    with pytest.raises(TooLarge, match="at most"):
        examine(stream(SMALL), Limits(whole_bytes=1000))
