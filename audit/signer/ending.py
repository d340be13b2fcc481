"""How a command of the signer or of a witness ends."""
from __future__ import annotations

import sys
from collections.abc import Callable


def exit_code(act: Callable[[], object], *refusals: type[Exception]) -> int:
    """0 when `act` came to its end or was ended from the keyboard, 1 when refused; the words are on stderr then."""
    try:
        act()
    except refusals as refused:
        print(refused, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0
