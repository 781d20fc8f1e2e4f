"""More than one interpreter in a process, each with a module of its own (PEP 630, PEP 684).

In: a process for each test, because interpreters that end badly end it. Out: its exit status.
"""

from __future__ import annotations

import subprocess
import sys

BEGIN = f"""
import sys
sys.path[:] = {sys.path!r}
"""

WORK = """
import upgrade101
from heads import ACCEPT, websocket
negotiator = upgrade101.Negotiator(upgrade101.WebSocket(subprotocols=["chat"]))
for _ in range(500):
    handshake = negotiator.handshake()
    decision = handshake.feed(websocket("Sec-WebSocket-Protocol: chat"))
    assert decision.reason is upgrade101.Reason.SWITCHED
    assert ACCEPT.encode() in decision.response
    assert decision.offer is negotiator.offers[0]
    assert decision.request.get("host") == "example.com"
    refused = decision.reject(403)
    assert refused.response.startswith(b"HTTP/1.1 403 ")
"""

# The modules of three CPythons for one thing; the first two are private.
INTERPRETERS = """
if sys.version_info >= (3, 14):
    from concurrent import interpreters
    def run(code):
        interpreter = interpreters.create()
        interpreter.exec(code)
        interpreter.close()
elif sys.version_info >= (3, 13):
    import _interpreters
    def run(code):
        interpreter = _interpreters.create("isolated")
        error = _interpreters.exec(interpreter, code)
        assert error is None, error
        _interpreters.destroy(interpreter)
else:
    import _xxsubinterpreters
    def run(code):
        interpreter = _xxsubinterpreters.create()
        _xxsubinterpreters.run_string(interpreter, code)
        _xxsubinterpreters.destroy(interpreter)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code], check=False, capture_output=True, text=True
    )


def check(code: str) -> None:
    """Run code in a process of its own, which must end well and silently."""
    process = run(code)
    assert (process.returncode, process.stderr) == (0, "")


def test_subinterpreter_decides_and_leaves_the_others_alone() -> None:
    check(f"{INTERPRETERS}\nfor _ in range(3):\n    run({BEGIN + WORK!r})\n{WORK}")
    check(f"{WORK}{INTERPRETERS}\nfor _ in range(3):\n    run({BEGIN + WORK!r})\n{WORK}")


def test_subinterpreter_that_fails_is_seen_to_fail() -> None:
    process = run(f"{INTERPRETERS}\nrun({BEGIN + WORK + 'assert not decision'!r})")
    assert process.returncode == 1
    assert "AssertionError" in process.stderr


def test_subinterpreters_decide_at_the_same_time() -> None:
    """With a lock for each interpreter from 3.12 on, thus truly at once."""
    check(
        f"{INTERPRETERS}\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        f"    list(pool.map(run, [{BEGIN + WORK!r}] * 8))\n{WORK}"
    )


def test_module_imported_anew_has_types_of_its_own() -> None:
    check(
        f"{WORK}"
        "import upgrade101._core as first\n"
        "del sys.modules['upgrade101._core']\n"
        "import importlib\n"
        "second = importlib.import_module('upgrade101._core')\n"
        "assert second is not first\n"
        "assert second.TLS is not first.TLS\n"
        "assert second.Reason.CAPACITY is not first.Reason.CAPACITY\n"
        "try:\n"
        "    second.Negotiator(first.TLS())\n"
        "except TypeError:\n"
        "    pass\n"
        "else:\n"
        "    raise AssertionError\n"
        "try:\n"
        "    second.Negotiator(second.TLS()).handshake()._refusal(first.Reason.CAPACITY)\n"
        "except TypeError:\n"
        "    pass\n"
        "else:\n"
        "    raise AssertionError\n"
        "reason = second.Negotiator(second.TLS()).decide(websocket()).reason\n"
        "assert reason.name == 'PROTOCOL_NOT_OFFERED'\n"
    )


def test_module_that_is_gone_leaves_its_objects_whole() -> None:
    check(
        f"{WORK}"
        "import gc\n"
        "for name in [name for name in sys.modules if name.startswith('upgrade101')]:\n"
        "    del sys.modules[name]\n"
        "del upgrade101\n"
        "gc.collect()\n"
        "assert negotiator.decide(websocket()).reason.name == 'SWITCHED'\n"
        "assert decision.reject(404).response.startswith(b'HTTP/1.1 404 ')\n"
        "assert repr(negotiator.limits).startswith('Limits(head=16384, ')\n"
    )


def test_module_is_collected_with_the_last_of_its_objects() -> None:
    check(
        "import gc, weakref\n"
        "import upgrade101._core as core\n"
        "state = [weakref.ref(t) for t in (core, core.Decision, core.Negotiator, core.Reason)]\n"
        "kept = core.Negotiator(core.TLS())\n"
        "del core\n"
        "for name in [name for name in sys.modules if name.startswith('upgrade101')]:\n"
        "    del sys.modules[name]\n"
        "gc.collect()\n"
        "assert all(ref() is not None for ref in state)\n"
        "del kept, name\n"
        "gc.collect()\n"
        "assert all(ref() is None for ref in state), [ref() for ref in state]\n"
    )
