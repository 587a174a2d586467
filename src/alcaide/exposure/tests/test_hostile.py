"""Files made to do harm: the door refuses them in clear words, and nothing of them stands half written."""

import pytest

from alcaide.assets.models import Asset
from alcaide.common.models import JobTrack
from alcaide.exposure import services
from alcaide.exposure.models import Finding, OpenPort, Report, Sighting
from alcaide.intake.errors import IntakeError
from alcaide.organization.tests.factories import HOUSE, make_organization

from .samples import stored

pytestmark = pytest.mark.django_db
DEEP = "[" * 20_000 + "]" * 20_000
LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "trivy": f'{{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{{"Target": "t", "Vulnerabilities": {DEEP}}}]}}',
    "grype": f'{{"matches": {DEEP}, "source": {{"type": "image"}}, "descriptor": {{"name": "grype"}}}}',
    "sarif": f'{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "x"}}}}, "results": {DEEP}}}]}}',
    "cyclonedx": f'{{"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": {DEEP}}}',
    "cyclonedx xml": f'<?xml version="1.0"?>{LAUGHS}<bom xmlns="http://cyclonedx.org/schema/bom/1.6">&b;</bom>',
    "nmap": f'<?xml version="1.0"?>{LAUGHS}<nmaprun scanner="nmap" args="nmap">&b;</nmaprun>',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_at_the_door_and_nothing_stands(content):
    with pytest.raises(IntakeError) as refused:
        services.land(HOUSE, file=stored(content.encode()), unit=make_organization())
    words = str(refused.value)
    assert words.endswith(".")
    assert "Traceback" not in words
    for model in (Report, Sighting, Finding, OpenPort, Asset, JobTrack):
        assert not model.objects.exists()
