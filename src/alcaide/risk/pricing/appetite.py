"""How likely one scenario alone passes a sum in a year."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from alcaide.engine import loss

from .portfolio import Inputs
from .streams import streams_of


def chance_of_passing(inputs: Inputs, scenario: Mapping[str, Any], limit: float) -> float:
    """Return the chance that a year of this scenario alone costs more than a sum, after the measures in place."""
    year = loss.predictive(streams_of(scenario), systemic_cv=inputs["shared_swing"])
    return float(year.exceedance(np.array([limit]))[0])
