"""Results of code scanners, SARIF 2.1.0."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from alcaide.intake.cves import cves_in, normal_cve
from alcaide.intake.head import Head
from alcaide.intake.jsontext import Document, S, open_document
from alcaide.intake.jsonvalues import BadRecord
from alcaide.intake.masking import mask
from alcaide.intake.opener import Source
from alcaide.intake.ratings import severity_of_score
from alcaide.intake.records import Identifier, Record, Scan, TargetKind, Verdict, Weakness
from alcaide.intake.sarif import shapes
from alcaide.intake.sarif.places import Roots, Spot, location, spot_of
from alcaide.intake.scores import printed_score
from alcaide.intake.targets import Keys, Target, image_identifiers, known_by, moment

COUNTS = ("runs", "results", "rules", "suppressed", "weaknesses", "quarantined")

_LEVELS = {"none": 0, "note": 1, "warning": 2, "error": 3}
_SHORT = 1_000
_NAME = 300
_MOST_RULES = 100_000
_REFUSED = ("underreview", "rejected")
# The rule was looked at and is kept, or has nothing to do with the target (§3.27.9): there is nothing to find.
_NO_FAULT = ("pass", "notApplicable")
_NO_RULE = "(no rule)"


def sniff(head: Head) -> bool:
    """Whether the content is a SARIF log."""
    if not head.is_json or head.is_json_list or b"runs" not in head.keys:
        return False
    return not head.keys.isdisjoint({b"tool", b"$schema", b"version", b"results"})


def read(source: Source) -> Iterator[Record]:
    """For each run the scan, what it looked at, and its results."""
    source.counts.update(dict.fromkeys(COUNTS, 0))
    with open_document(source) as document:
        yield from _log(document, source)
        document.finish()


def _log(document: Document, source: Source) -> Iterator[Record]:
    top = document.keyed(document.root)
    source.variant = document.string(top.get("version"))[:20] or "2.1.0"
    if source.variant[:3] == "1.0" or source.variant[:3] == "2.0":
        source.notice("This is an older SARIF than 2.1.0; what differs was left out.")
    if any(document.elements(top.get("inlineExternalProperties", -1))):
        source.notice("Parts that the file keeps apart from its runs (inlineExternalProperties) were not read.")
    keys = Keys()
    for number, at in enumerate(document.elements(top.get("runs", -1))):
        if not document.is_object(at):
            source.counts["quarantined"] += 1
            yield source.quarantine(f"runs[{number}]", "It is no object.", excerpt=document.excerpt(at))
            continue
        source.counts["runs"] += 1
        yield from _Run(document, source, at=at, place=f"runs[{number}]").records(keys)


@dataclass(slots=True)
class _Rules:
    """The rules of one part of a tool, by position and by name; names are what the part itself is called."""

    names: frozenset[str] = frozenset()
    listed: list[shapes.Rule] = field(default_factory=list)
    named: dict[str, shapes.Rule] = field(default_factory=dict)


class _Run:
    def __init__(self, document: Document, source: Source, *, at: int, place: str) -> None:
        self._document = document
        self._source = source
        self._place = place
        self._parts = document.keyed(at)
        tool = document.keyed(self._parts.get("tool", -1))
        driver = tool.get("driver", -1)
        self._tool = document.read_or_none(driver, shapes.Component) or shapes.Component()
        self._rules = [self._rules_of(driver, is_counted=True)]
        self._rules += [self._rules_of(each) for each in document.elements(tool.get("extensions", -1))]
        self._calls = self._several("invocations", shapes.Invocation)
        self._roots = self._folders()
        self._artifacts: list[shapes.Artifact] | None = None
        self._logical: list[shapes.Logical] | None = None
        self._met: dict[tuple[str, str], dict[Spot, int]] = {}

    def records(self, keys: Keys) -> Iterator[Record]:
        document = self._document
        version = self._tool.semanticVersion or self._tool.version
        run = document.read_or_none(self._parts.get("automationDetails"), shapes.Automation) or shapes.Automation()
        # An id may end in a run's own number after the last slash (SARIF 2.1.0 §3.17.3).
        category = run.id[:_NAME].rpartition("/")[0]
        family = f"{self._tool.name[:_NAME] or 'code'}{f' {category}' if category else ''}"
        target = self._target(keys)
        yield Scan(category, "", target.name, "", f"{self._tool.name[:_NAME]} {version[:64]}".strip())
        yield target.seen()
        if "externalPropertyFileReferences" in self._parts:
            self._source.notice("Some results lie in other files that this one points to; bring those in as well.")
        for number, at in enumerate(document.elements(self._parts.get("results", -1))):
            spot = f"{self._place}.results[{number}], byte {at}"
            try:
                result = document.read(at, shapes.Result)
                found = self._weakness(result, target, spot, family=family)
            except BadRecord as bad:
                if document.is_cut_at(at):
                    continue
                self._source.counts["results"] += 1
                yield target.set_aside(self._source, spot, str(bad), excerpt=mask(document.excerpt(at)))
                continue
            self._source.counts["results"] += 1
            self._source.counts["suppressed"] += bool(result.suppressions)
            if found is None:
                continue
            self._source.counts["weaknesses"] += 1
            target.weaknesses += 1
            yield found
        # Without a list of results (null, or left out) none were computed (§3.14.23).
        has_results = document.is_list(self._parts.get("results", -1))
        went_well = all(call.executionSuccessful for call in self._calls) and has_results
        if not went_well:
            self._source.notice(
                "A run did not end well or holds no list of results; nothing missing from it is closed."
            )
        yield target.done(is_whole=went_well and not document.is_damaged, families=frozenset({family}))

    def _rules_of(self, at: int, *, is_counted: bool = False) -> _Rules:
        document = self._document
        parts = document.keyed(at)
        said = (document.string(parts.get(key)) for key in ("guid", "name"))
        rules = _Rules(frozenset(name for name in said if name))
        for each in document.elements(parts.get("rules", -1)):
            self._source.counts["rules"] += is_counted
            rule = document.read_or_none(each, shapes.Rule) or shapes.Rule()
            if len(rules.listed) < _MOST_RULES:
                rules.listed.append(rule)
                rules.named.setdefault(rule.id, rule)
        return rules

    def _several(self, key: str, kind: type[S]) -> list[S]:
        places = self._document.elements(self._parts.get(key, -1))
        found = (self._document.read_or_none(at, kind) for at in places)
        return [each for each in found if each is not None]

    def _folders(self) -> Roots:
        given = [call.workingDirectory.uri for call in self._calls if call.workingDirectory]
        for _, at in self._document.members(self._parts.get("originalUriBaseIds", -1)):
            folder = self._document.read_or_none(at, shapes.Place)
            given.append(folder.uri if folder else "")
        return Roots(given)

    def _target(self, keys: Keys) -> Target:
        kind, name, identifiers = self._looked_at()
        name = name or f"{self._tool.name[:_NAME] or 'code scan'} (place not named)"
        ends = [call.endTimeUtc or call.startTimeUtc for call in self._calls]
        return Target(
            key=keys.take(name), name=name, kind=kind, identifiers=identifiers, place=self._place,
            at=moment(next((end for end in ends if end), ""), self._source),
        )  # fmt: skip

    def _looked_at(self) -> tuple[TargetKind, str, tuple[Identifier, ...]]:
        document = self._document
        origins = [each.repositoryUri for each in self._several("versionControlProvenance", shapes.Provenance)]
        repository = next((uri for uri in origins if uri), "")[:_NAME]
        if repository:
            return "repository", repository, known_by(("repository", repository))
        properties = document.keyed(self._parts.get("properties", -1))
        image = document.string(properties.get("imageName"))[:_NAME]
        if image:
            digests = [document.string(at) for at in document.elements(properties.get("repoDigests", -1))]
            image_id = document.string(properties.get("imageID"))
            return "image", image, image_identifiers([image], digests=digests, image_id=image_id)
        return "files", "", ()

    def _rule(self, result: shapes.Result) -> tuple[str, shapes.Rule]:
        """The rule's name, and the rule if the tool lists it; `CA1000/1` falls back to `CA1000` (§3.27.5)."""
        reference = result.rule or shapes.Reference()
        name = result.ruleId or reference.id
        rules = self._rules_meant(reference)
        index = result.ruleIndex if result.ruleIndex >= 0 else reference.index
        at_index = rules.listed[index] if 0 <= index < len(rules.listed) else None
        if not name:
            return (at_index.id, at_index) if at_index is not None else ("", shapes.Rule())
        if at_index is not None and at_index.id and name.startswith(at_index.id):
            return name, at_index
        for each in self._rules:
            found = each.named.get(name) or each.named.get(name.rpartition("/")[0])
            if found is not None:
                return name, found
        return name, shapes.Rule()

    def _rules_meant(self, reference: shapes.Reference) -> _Rules:
        """The part of the tool that a reference means, by its place, GUID or name; the tool itself unless it says."""
        said = reference.toolComponent or {}
        part = said.get("index")
        if isinstance(part, int) and 0 <= part < len(self._rules) - 1:
            return self._rules[part + 1]
        asked = {said.get("guid"), said.get("name")} - {None, ""}
        return next((each for each in self._rules if not asked.isdisjoint(each.names)), self._rules[0])

    def _weakness(self, result: shapes.Result, target: Target, spot: str, *, family: str) -> Weakness | None:
        if result.kind in _NO_FAULT:
            return None
        check, rule = self._rule(result)
        if not check.strip():
            # A tool need not name rules (§3.27.5); what says neither rule nor words says nothing.
            if not _text(result.message):
                raise BadRecord("It names no rule.")
            check = _NO_RULE
        path, line = self._where(result)
        title = _text(rule.shortDescription) or rule.name or _text(rule.fullDescription)
        title = title or (_text(result.message)[: 8 * _SHORT] if check == _NO_RULE else check)
        verdict, why = _verdict(result)
        tags = (rule.properties or {}).get("tags")
        named = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        own = normal_cve(check)
        cves = dict.fromkeys(cve for tag in (check, *named[:64]) for cve in cves_in(tag[:_NAME]))
        cwes = [tag.rpartition("/")[2].upper() for tag in named[:64] if "cwe-" in tag.lower()]
        links = dict.fromkeys((rule.helpUri[:512], *cwes))
        return Weakness(
            host_key=target.key, check=check.strip()[:_NAME], port=0, protocol="", service="",
            name=mask(" ".join(title.split()))[:_NAME], severity=self._severity(result, rule), family=family,
            cves=(own,) if own else tuple(cves), cvss=(), exploit_available=None,
            solution=mask(_text(rule.help)[:8 * _SHORT])[:_SHORT],
            description=mask(_text(rule.fullDescription)[:8 * _SHORT])[:_SHORT],
            output=mask(_message(result.message, rule)[:8 * _SHORT])[:_SHORT], published=None, patched=None,
            modified=None, place=spot, references=tuple(link for link in links if link),
            location=self._located(check, location(result, path, self._code_name(result)), result),
            where=f"{path}:{line}" if path and line else path, verdict=verdict, why=mask(why[:_SHORT]),
        )  # fmt: skip

    def _located(self, check: str, place: str, result: shapes.Result) -> str:
        """Tell apart like lines of one file: the second gets `~2`. The same spot reported twice stays one."""
        met = self._met.setdefault((check, place), {})
        rank = met.setdefault(spot_of(result), len(met))
        return f"{place} ~{rank + 1}".lstrip() if rank else place

    def _where(self, result: shapes.Result) -> tuple[str, int]:
        first = result.locations[0].physicalLocation if result.locations else None
        if first is None:
            return "", 0
        place = first.artifactLocation
        if place is not None and not place.uri and place.index >= 0:
            if self._artifacts is None:
                self._artifacts = self._several("artifacts", shapes.Artifact)
            place = self._artifacts[place.index].location if place.index < len(self._artifacts) else None
        return self._roots.path(place), first.region.startLine if first.region else 0

    def _code_name(self, result: shapes.Result) -> str:
        """The name of the place in the code; one that is only numbered stands in the run's own list (§3.33.3)."""
        for each in (result.locations[0].logicalLocations or ()) if result.locations else ():
            named = each
            if not each.fullyQualifiedName and each.index >= 0:
                if self._logical is None:
                    self._logical = self._several("logicalLocations", shapes.Logical)
                named = self._logical[each.index] if each.index < len(self._logical) else each
            name = named.fullyQualifiedName or named.decoratedName or named.name
            if name:
                return name
        return ""

    def _level_set(self, result: shapes.Result, rule: shapes.Rule) -> str:
        """The level that the run of the tool gave the rule in place of its own (§3.20.5, §3.27.10)."""
        number = result.provenance.invocationIndex if result.provenance else -1
        if number < 0 and len(self._calls) == 1:
            number = 0
        if not 0 <= number < len(self._calls):
            return ""
        for each in self._calls[number].ruleConfigurationOverrides or ():
            meant = each.descriptor or shapes.Reference()
            rules = self._rules_meant(meant)
            listed = rules.listed[meant.index] if 0 <= meant.index < len(rules.listed) else rules.named.get(meant.id)
            if listed is not None and listed is rule:
                return each.configuration.level if each.configuration else ""
        return ""

    def _severity(self, result: shapes.Result, rule: shapes.Rule) -> int:
        """The security severity where a score is given, else the level, the rule's level, or “warning” (§3.27.10)."""
        if result.kind and result.kind != "fail" and not result.level:
            return 0
        if result.level == "none":
            return 0
        for properties in (result.properties, rule.properties):
            said = (properties or {}).get("security-severity")
            score = printed_score(str(said)[:20]) if isinstance(said, (str, int, float)) else None
            if score is not None:
                return severity_of_score(score)
        default = rule.defaultConfiguration.level if rule.defaultConfiguration else ""
        level = result.level or self._level_set(result, rule) or default or "warning"
        if level not in _LEVELS:
            self._source.notice("A result has a level that the standard does not know; it is taken as a warning.")
        return _LEVELS.get(level, _LEVELS["warning"])


def _text(message: shapes.Message | None) -> str:
    return (message.text or message.markdown) if message else ""


def _message(message: shapes.Message | None, rule: shapes.Rule) -> str:
    """The result's text; one that is only named comes from the rule, its arguments filled in (§3.11)."""
    if message is None:
        return ""
    text = _text(message) or _text((rule.messageStrings or {}).get(message.id))
    for number, word in enumerate((message.arguments or ())[:20]):
        text = text.replace(f"{{{number}}}", word[:_SHORT])
    return text


def _verdict(result: shapes.Result) -> tuple[Verdict, str]:
    """Suppressed if every suppression was accepted (§3.27.23); gone if the baseline says it is absent (§3.27.24)."""
    given = result.suppressions or []
    if given and not any((each.status or each.state).lower() in _REFUSED for each in given):
        words = [each.justification or each.kind for each in given]
        return "suppressed", "; ".join(dict.fromkeys(word[:_NAME] for word in words if word)) or "Suppressed."
    if result.baselineState == "absent":
        return "fixed", "The tool says it is absent since its baseline."
    return "", ""
