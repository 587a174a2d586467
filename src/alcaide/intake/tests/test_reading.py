import json
from dataclasses import fields

import msgspec

from alcaide.intake import examine, read, records
from alcaide.intake.records import Notice
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import host, item, report, stream, tag


def test_a_reading_is_plain_data():
    plain = examine(SAMPLES / "broken.nessus").as_dict()
    assert list(plain) == ["format", "variant", "counts", "warnings", "quarantined"]
    assert json.loads(json.dumps(plain)) == plain
    assert set(plain["quarantined"][0]) == {"place", "reason", "excerpt", "host_key", "check"}


def test_equal_notices_are_counted_not_repeated():
    hosts = (host(properties=tag("HOST_START", "noon"), name=f"192.0.2.{n}") for n in range(1, 4))
    assert (
        "A host's start or end time cannot be read and was left out. (3 times)"
        in examine(stream(report(*hosts))).warnings
    )


def test_notices_come_last():
    found = list(read(SAMPLES / "small.nessus"))
    first = next(at for at, record in enumerate(found) if isinstance(record, Notice))
    assert all(isinstance(record, Notice) for record in found[first:])


def test_a_thousand_set_aside_are_listed_and_the_others_counted():
    reading = examine(stream(report(host(*[item(port="bad")] * 1005))))
    assert len(reading.quarantined) == 1000
    assert reading.counts["quarantined"] == 1005
    assert "5 more records were set aside than are listed." in reading.warnings


def test_an_excerpt_is_short_and_on_one_line():
    (bad,) = examine(stream(report(host(item("\n\n" + "x" * 9000 + "</d>"))))).quarantined
    assert len(bad.excerpt) <= 160
    assert "\n" not in bad.excerpt


def test_every_record_is_frozen_and_slotted():
    kinds = [kind for kind in vars(records).values() if isinstance(kind, type) and kind.__module__ == records.__name__]
    assert len(kinds) == 13
    for kind in kinds:
        is_struct = issubclass(kind, msgspec.Struct)
        assert kind.__struct_config__.frozen if is_struct else kind.__dataclass_params__.frozen
        names = kind.__struct_fields__ if is_struct else [field.name for field in fields(kind)]
        assert set(kind.__slots__) == set(names)
