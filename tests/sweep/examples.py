"""How many examples Hypothesis draws: few in the usual run, many with HYPOTHESIS_PROFILE=long, each time others."""
from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings


def examples(usual: int, long: int) -> settings:
    """The settings of a test that draws so many."""
    is_long = os.environ.get("HYPOTHESIS_PROFILE") == "long"
    return settings(max_examples=long if is_long else usual, deadline=None, database=None, derandomize=not is_long,
                    print_blob=False, suppress_health_check=list(HealthCheck),
                    phases=(Phase.explicit, Phase.generate))
