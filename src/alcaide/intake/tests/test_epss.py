from datetime import date

import pytest

from alcaide.intake import examine, read
from alcaide.intake.records import Epss, EpssModel, Quarantined
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import stream

HEADER = "#model_version:v2026.06.15,score_date:2026-10-20T00:00:00+0000\ncve,epss,percentile\n"


def rows(text: str, kind=Epss):
    return [record for record in read(stream(text.encode())) if isinstance(record, kind)]


def test_the_sample_holds_a_model_and_three_scores():
    model, *scores = read(SAMPLES / "small_epss.csv")
    assert model == EpssModel("v2026.06.15", date(2026, 10, 20))
    assert scores == [
        Epss("CVE-1999-0524", 0.00088, 0.23111),
        Epss("CVE-2021-44228", 0.94358, 0.99957),
        Epss("CVE-2026-10001", 0.00042, 0.1102),
    ]
    assert examine(SAMPLES / "small_epss.csv").counts == {"cves": 3, "quarantined": 0}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("CVE-2026-10001,1.5,0.5", "not between 0 and 1"),
        ("CVE-2026-10001,-0.1,0.5", "not between 0 and 1"),
        ("CVE-2026-10001,nan,0.5", "not between 0 and 1"),
        ("CVE-2026-10001,inf,0.5", "not between 0 and 1"),
        ("CVE-2026-10001,0.5,7", "not between 0 and 1"),
        ("CVE-2026-10001,often,0.5", "no number"),
        ("CVE-2026-10001,0.5", "2 columns"),
        ("CVE-2026-10001,0,5,0,9", "5 columns"),
        ("CWE-79,0.5,0.5", "malformed"),
        ('=HYPERLINK("http://198.51.100.7/"),0.5,0.5', "malformed"),
        ("CVE-1999-0524,0.5,0.5", "repeats CVE-1999-0524"),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_and_the_rest_read(row, reason):
    text = f"{HEADER}CVE-1999-0524,0.00088,0.23111\n{row}\nCVE-2026-10002,0.1,0.2\n"
    (bad,) = rows(text, Quarantined)
    assert reason in bad.reason
    assert bad.place == "line 4"
    assert len(rows(text)) == 2


def test_a_missing_header_is_noted_and_the_rows_read():
    reading = examine(stream(b"CVE-1999-0524,0.00088,0.23111\nCVE-2026-10002,0.1,0.2\n"))
    assert reading.counts == {"cves": 2, "quarantined": 0}
    assert len(reading.warnings) == 2


def test_columns_are_found_by_name():
    assert rows("percentile,cve,epss\r\n0.3,CVE-2026-10002,0.1\r\n") == [Epss("CVE-2026-10002", 0.1, 0.3)]
    assert rows("cve,epss,extra,percentile\r\nCVE-2026-10002,0.1,x,0.3\r\n") == [Epss("CVE-2026-10002", 0.1, 0.3)]


def test_quoted_rows_and_empty_lines_are_fine():
    assert rows(f'{HEADER}\n"cve-2026-10002","0.1","0.2"\n\n') == [Epss("CVE-2026-10002", 0.1, 0.2)]


def test_a_last_row_cut_within_its_number_is_not_believed():
    text = f"{HEADER}CVE-2026-10001,0.00042,0.11020\nCVE-2026-10002,0.00042,0.11"
    assert [each.cve for each in rows(text)] == ["CVE-2026-10001"]
    assert any("ends early" in warning for warning in examine(stream(text.encode())).warnings)


def test_a_last_row_without_a_line_end_is_fine_when_it_is_whole():
    assert len(rows(f"{HEADER}CVE-2026-10001,0.00042,0.11020\nCVE-2026-10002,0.00042,0.11021")) == 2


def test_the_broken_and_the_hostile_sample_add_up():
    assert examine(SAMPLES / "broken_epss.csv").counts == {"cves": 9, "quarantined": 7}
    assert examine(SAMPLES / "hostile_epss.csv").counts == {"cves": 5, "quarantined": 5}


def test_a_line_without_end_is_cut_and_memory_stays_small():
    reading = examine(stream(HEADER.encode() + b"CVE-2026-10001," + b"9" * 5_000_000))
    assert reading.counts == {"cves": 1, "quarantined": 1}
