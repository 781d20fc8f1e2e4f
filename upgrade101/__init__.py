"""Decides whether an HTTP/1.1 connection may become something else, and hands it over.

In: the bytes of a connection, or a head that another parser has read. Out: one decision, and in
the asyncio layer the connection itself, given to the protocol that goes on with it.

Always: `import upgrade101` loads the decision (the extension `upgrade101._core`) and nothing that
does I/O; the names of the asyncio layer are loaded when they are first asked for.

Not here: what is spoken after the switch, and HTTP/1.1 itself.
"""

from importlib import import_module

from upgrade101._core import (
    H2C,
    TLS,
    Action,
    BodyReader,
    Decision,
    Handshake,
    Limits,
    Negotiator,
    PerMessageDeflate,
    Protocol,
    Reason,
    Request,
    Response,
    ResponseReader,
    WebSocket,
)
from upgrade101._version import __version__

# Type checkers know this name wherever it comes from, and `typing` stays unimported.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from upgrade101._factory import UpgradeFactory
    from upgrade101._handover import hand_over
    from upgrade101._server import Server, serve
    from upgrade101._types import Fallback, Headers, OnDecision
    from upgrade101._upgrade import Handler, Upgrade
else:
    _ASYNCIO_MODULES = {
        "Fallback": "upgrade101._types",
        "Handler": "upgrade101._upgrade",
        "Headers": "upgrade101._types",
        "OnDecision": "upgrade101._types",
        "Server": "upgrade101._server",
        "Upgrade": "upgrade101._upgrade",
        "UpgradeFactory": "upgrade101._factory",
        "hand_over": "upgrade101._handover",
        "serve": "upgrade101._server",
    }

    def __getattr__(name: str) -> object:
        """Return a name of the asyncio layer, which is imported now."""
        if name not in _ASYNCIO_MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_ASYNCIO_MODULES[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List the names that are not imported yet as well."""
        return sorted({*globals(), *__all__})


__all__ = [
    "H2C",
    "TLS",
    "Action",
    "BodyReader",
    "Decision",
    "Fallback",
    "Handler",
    "Handshake",
    "Headers",
    "Limits",
    "Negotiator",
    "OnDecision",
    "PerMessageDeflate",
    "Protocol",
    "Reason",
    "Request",
    "Response",
    "ResponseReader",
    "Server",
    "Upgrade",
    "UpgradeFactory",
    "WebSocket",
    "__version__",
    "hand_over",
    "serve",
]
