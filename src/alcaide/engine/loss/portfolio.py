"""What is priced: risks, what strikes several at once, and the insurance over them."""

import math
from dataclasses import dataclass

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.frequency import Frequency, Poisson
from alcaide.engine.loss.severity import Severity, not_negative


@dataclass(frozen=True)
class Risk:
    """One way to lose money: how often, and how much each time.

    `regimes` holds (chance, severity) pairs of which one is drawn for the whole year; `severity` is then their
    mixture. Without it every event draws from `severity` alone.
    """

    id: str
    frequency: Frequency
    severity: Severity
    regimes: tuple[tuple[float, Severity], ...] = ()


@dataclass(frozen=True)
class Shock:
    """An event that strikes several risks at once, on top of what each has of its own.

    `together` says that one draw moves all sizes of an event (comonotone); otherwise they are independent.
    """

    rate: float
    hits: tuple[str, ...]
    together: bool = False

    def __post_init__(self) -> None:
        not_negative("shock rate", self.rate)
        if not self.hits:
            raise EngineError("a shock must hit at least one risk")
        if len(set(self.hits)) < len(self.hits):
            raise EngineError("a shock hits each risk once: a risk is named twice in hits")


@dataclass(frozen=True)
class Layer:
    """A cover that pays min(max(x - attachment, 0), limit); a limit of inf has no end."""

    attachment: float = 0.0
    limit: float = math.inf

    def __post_init__(self) -> None:
        not_negative("attachment", self.attachment)
        if math.isnan(self.limit) or self.limit < 0:
            raise EngineError(f"limit must not be negative, not {self.limit:g}; null has no end")


@dataclass(frozen=True)
class Insurance:
    """One policy: `occurrence` on each event, then `aggregate` on the year's sum of what it would pay."""

    occurrence: Layer = Layer()
    aggregate: Layer = Layer()


@dataclass(frozen=True)
class Portfolio:
    """Risks that are independent but for the shocks and a gamma factor on every Poisson rate.

    `systemic_cv` is the coefficient of variation of that factor, whose mean is 1; 0 means there is none. It
    multiplies the rate of every Poisson risk and of every shock, and no other kind of frequency.
    """

    risks: tuple[Risk, ...]
    shocks: tuple[Shock, ...] = ()
    systemic_cv: float = 0.0

    def __post_init__(self) -> None:
        if not self.risks:
            raise EngineError("a portfolio needs at least one risk")
        not_negative("systemic cv", self.systemic_cv)
        known = {risk.id for risk in self.risks}
        if len(known) < len(self.risks):
            twice = sorted({r.id for r in self.risks if sum(r.id == other.id for other in self.risks) > 1})
            raise EngineError(f"risk ids must differ: {', '.join(twice)} is used twice")
        for shock in self.shocks:
            for hit in shock.hits:
                if hit not in known:
                    raise EngineError(f"a shock hits {hit}, which is not among the risks")

    def risk(self, risk_id: str) -> Risk:
        """The risk of this id; refused in words if there is none."""
        for risk in self.risks:
            if risk.id == risk_id:
                return risk
        raise EngineError(f"{risk_id} is not among the risks")

    def severities(self, shock: Shock) -> tuple[Severity, ...]:
        """The sizes a shock draws, in the order of its hits."""
        return tuple(self.risk(hit).severity for hit in shock.hits)


def is_poisson(risk: Risk) -> bool:
    """Whether the systemic factor multiplies this risk's rate."""
    return isinstance(risk.frequency, Poisson)
