"""The catalogue of events. Permanent: a name or a field, once recorded, is never given another meaning. Pure."""
from audit.events.base import SYSTEM, TYPES, Counts, Event, Meta, Personal, Words, event
from audit.events.canonical import (
    SALT_BYTES,
    NotCanonical,
    Recorded,
    canonical,
    canonical_many,
    commitment,
    digest,
    parse,
    personal_values,
)
from audit.events.of_cases import *  # noqa: F403
from audit.events.of_cases import StateChanged
from audit.events.of_corrections import *  # noqa: F403
from audit.events.of_decisions import *  # noqa: F403
from audit.events.of_decisions import Line
from audit.events.of_duties import *  # noqa: F403
from audit.events.of_erasure import *  # noqa: F403
from audit.events.of_facts import *  # noqa: F403
from audit.events.of_feeds import *  # noqa: F403
from audit.events.of_ledgers import *  # noqa: F403
from audit.events.of_limits import *  # noqa: F403
from audit.events.of_linkage import *  # noqa: F403
from audit.events.of_nearing_age import *  # noqa: F403
from audit.events.of_runs import *  # noqa: F403
from audit.events.of_staff import *  # noqa: F403
from audit.events.of_suspensions import *  # noqa: F403
from audit.events.of_the_log import *  # noqa: F403
from audit.events.of_work import *  # noqa: F403

STATE_CHANGING = frozenset(name for name, cls in TYPES.items() if issubclass(cls, StateChanged))

__all__ = [
    "SALT_BYTES", "STATE_CHANGING", "SYSTEM", "TYPES", "Counts", "Event", "Line", "Meta", "NotCanonical", "Personal",
    "Recorded", "StateChanged", "Words", "canonical", "canonical_many", "commitment", "digest", "event", "parse",
    "personal_values",
    *TYPES,
]
