"""Money as integer minor units with a currency, and the one crossing to the engine's floats."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

# ISO 4217 minor units that are not two.
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "PYG": 0, "UGX": 0, "XAF": 0, "XOF": 0,
                "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3, "IQD": 3, "LYD": 3}  # fmt: skip
LARGEST_MINOR = 2**63 - 1
# "1,5" means one and a half to many readers; read as 15 it would be a wrong number that looks right.
THOUSANDS = re.compile(r"[-−+]?\d{1,3}(,\d{3})+(\.\d*)?[kKmM]?")


class MixedCurrencies(ValueError):
    """Two sums of different currencies met; convert one at a dated rate first."""


class DifferentKinds(ValueError):
    """Expected loss, cash, booked loss and recovery met; they are never added to each other."""


class Kind(StrEnum):
    """What a sum is. Sums of different kinds are never added."""

    EXPECTED = "expected"
    CASH = "cash"
    BOOKED = "booked"
    RECOVERY = "recovery"
    WORTH = "worth"


@dataclass(frozen=True, order=False)
class Money:
    """A sum: minor units (cents), ISO currency, and what kind of sum it is."""

    minor: int
    currency: str
    kind: str = Kind.CASH

    def __add__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.minor + other.minor, self.currency, self.kind)

    def __sub__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.minor - other.minor, self.currency, self.kind)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency, self.kind)

    def __lt__(self, other: "Money") -> bool:
        self._must_match(other)
        return self.minor < other.minor

    @property
    def major(self) -> Decimal:
        """The sum in whole units (euros), exact."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def _must_match(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(
                f"{self.currency} and {other.currency} cannot be added or compared. Convert one at a dated rate first."
            )
        if self.kind != other.kind:
            raise DifferentKinds(f"A sum of kind '{self.kind}' and one of kind '{other.kind}' are kept apart.")


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)


def total(sums: Iterable[Money], *, currency: str, kind: str) -> Money:
    """Add sums of one currency and kind. Raises MixedCurrencies, DifferentKinds."""
    result = Money(0, currency, kind)
    for each in sums:
        result = result + each
    return result


def to_engine(money: Money) -> float:
    """Cross to the engine: whole units as float64."""
    return float(money.major)


def from_engine(amount: float, currency: str, kind: str) -> Money:
    """Cross from the engine: whole units rounded half-even to minor units. Raises ValueError if not finite."""
    exact = Decimal(amount).scaleb(minor_digits(currency))
    minor = int(exact.to_integral_value(ROUND_HALF_EVEN))
    if abs(minor) > LARGEST_MINOR:
        raise ValueError("The sum is larger than any ledger can hold; check the inputs for a slipped decimal.")
    return Money(minor, currency, kind)


def parse_major(text: str, currency: str) -> int:
    """Read '1,250.50' or '1250.5' typed by a person into minor units. Raises ValueError with what to type."""
    cleaned = text.strip().replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    if "," in cleaned and not THOUSANDS.fullmatch(cleaned):
        raise ValueError(f"“{text}”: a comma only parts thousands, as in 1,250. Write decimals with a point.")
    cleaned = cleaned.replace(",", "")
    scale = {"k": 3, "m": 6}.get(cleaned[-1:].lower(), 0)
    try:
        amount = Decimal(cleaned[:-1] if scale else cleaned).scaleb(scale + minor_digits(currency))
    except ArithmeticError as fault:
        raise ValueError(f"“{text}” is not a sum. Type digits, for example 1,250.50 or 25k.") from fault
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise ValueError(f"“{text}” has more decimals than {currency} has.")
    if abs(amount) > LARGEST_MINOR:
        raise ValueError("The sum is larger than any ledger can hold.")
    return int(amount)
