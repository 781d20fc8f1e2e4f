"""A second reading of the negotiation contract, written to be obvious and not to be fast.

In: a policy, whether the transport is TLS, every byte received so far, and whether a
100 (Continue) was written for them already. Out: a `Verdict`, or `None` while more bytes
are needed. It always holds that nothing is remembered between two calls, so a verdict on
some bytes cannot depend on how they were cut. It shares no code with the extension:
`test_differential` compares the two. It does not make negotiators, refuse their
arguments, or write the caller's own answers [contract 7].
"""

from .negotiate import decide, decide_parsed
from .policy import (
    H2C,
    TLS,
    Limits,
    PerMessageDeflate,
    Policy,
    Protocol,
    WebSocket,
    load_policies,
)
from .verdict import Verdict

__all__ = [
    "H2C",
    "TLS",
    "Limits",
    "PerMessageDeflate",
    "Policy",
    "Protocol",
    "Verdict",
    "WebSocket",
    "decide",
    "decide_parsed",
    "load_policies",
]
