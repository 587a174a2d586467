"""Audits of settings: each setting that fails is a finding, and one put in order is gone."""

import pytest

from alcaide.exposure import services
from alcaide.exposure.models import Finding
from alcaide.organization.tests.factories import HOUSE, make_organization

from .samples import MONDAY, Host, nessus, stored

pytestmark = pytest.mark.django_db


def audit(name, **results):
    items = "".join(
        f'<ReportItem port="0" svc_name="general" protocol="tcp" severity="{0 if said == "PASSED" else 3}" '
        f'pluginID="21157" pluginName="Unix" pluginFamily="Policy Compliance"><cm:compliance-check-id>{setting}'
        f"</cm:compliance-check-id><cm:compliance-result>{said}</cm:compliance-result></ReportItem>"
        for setting, said in results.items()
    )
    content = nessus(Host(at=MONDAY.replace(hour=name)), checks_run=["21157"]).replace(
        b'<Report name="Weekly">', b'<Report name="Weekly" xmlns:cm="http://www.nessus.org/cm">'
    )
    content = content.replace(b"\n</ReportHost>", f"{items}</ReportHost>".encode())
    return services.take_in(HOUSE, file=stored(content, f"{name}.nessus"), unit=make_organization()).counts


def test_each_setting_that_fails_is_a_finding_of_configuration():
    counts = audit(8, a="FAILED", b="FAILED", c="PASSED")
    assert (counts["items"], counts["new"], counts["doubled"], counts["information"]) == (3, 2, 0, 1)
    assert set(Finding.objects.values_list("location", "kind")) == {("a", "configuration"), ("b", "configuration")}


def test_a_setting_put_in_order_is_closed_by_the_next_audit():
    failing = dict.fromkeys("abcdefgh", "FAILED")
    audit(8, **failing)
    counts = audit(9, **failing | {"b": "PASSED"})
    assert (counts["closed"], counts["changed"], counts["unchanged"]) == (1, 0, 7)
    assert Finding.objects.get(state="closed").location == "b"
