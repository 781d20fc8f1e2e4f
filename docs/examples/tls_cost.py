"""What TLS costs a server that speaks it itself: CPU for a handshake, memory for a connection.

In: nothing; it makes a certificate of its own by openssl. Out: one line for each event loop.

Always: the server is a process of its own, so that what is measured is the server's: its CPU time
for the handshakes of `CONNECTIONS` connections, and its resident memory with all of them open.

Not here: other ciphers than those that both sides choose, and resumed sessions.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from upgrade101 import Negotiator, Protocol, Upgrade, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CONNECTIONS = 400
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: quiet\r\n\r\n"
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
PAGE = os.sysconf("SC_PAGE_SIZE")


def accept(upgrade: Upgrade) -> None:
    """Accept with a protocol that says nothing."""
    upgrade.accept(asyncio.Protocol())


async def run(pipe: Connection, context: ssl.SSLContext | None) -> None:
    """Serve, and tell the CPU time and the memory for each line that is asked for."""
    server = await serve(Negotiator(Protocol("quiet")), accept, "127.0.0.1", 0, ssl=context)
    told = asyncio.Event()

    def tell() -> None:
        if pipe.recv():
            usage = resource.getrusage(resource.RUSAGE_SELF)
            resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            pipe.send((usage.ru_utime + usage.ru_stime, resident * PAGE))
        else:
            told.set()

    asyncio.get_running_loop().add_reader(pipe.fileno(), tell)
    pipe.send(server.sockets[0].getsockname()[1])
    await told.wait()
    server.close()


def work(pipe: Connection, loop: str, certificate: str | None) -> None:
    """Be the server."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run(pipe, context))


def shake(port: int, context: ssl.SSLContext | None) -> socket.socket:
    """Return a connection that has been upgraded."""
    connection = socket.create_connection(("127.0.0.1", port))
    if context is not None:
        connection = context.wrap_socket(connection, server_hostname="localhost")
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += connection.recv(4096)
    return connection


def measure(loop: str, certificate: str | None) -> tuple[float, float]:
    """Return the seconds of CPU for a handshake, and the bytes for a connection."""
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(theirs, loop, certificate)
    )
    process.start()
    port = ours.recv()

    def ask() -> tuple[float, int]:
        ours.send(True)  # noqa: FBT003 - a question
        told: tuple[float, int] = ours.recv()
        return told

    for _ in range(20):  # what is made once
        shake(port, context).close()
    before, empty = ask()
    held = [shake(port, context) for _ in range(CONNECTIONS)]
    after, full = ask()
    for connection in held:
        connection.close()
    ours.send(False)  # noqa: FBT003 - the end
    process.join()
    return (after - before) / CONNECTIONS, (full - empty) / CONNECTIONS


def main() -> None:
    """Measure in both loops."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = f"{folder}/site.pem"
        subprocess.run(  # noqa: S603 - what is named here
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                ),
                *("-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
                *("-keyout", certificate, "-out", f"{folder}/certificate.pem"),
            ],
            check=True,
            capture_output=True,
        )
        with Path(certificate).open("a", encoding="ascii") as file:
            file.write(Path(f"{folder}/certificate.pem").read_text(encoding="ascii"))
        for loop in LOOPS:
            tls, tls_bytes = measure(loop, certificate)
            plain, plain_bytes = measure(loop, None)
            times, more = tls / plain, (tls_bytes - plain_bytes) / 1024
            print(f"{loop}: {times:.1f} times the CPU for a handshake, {more:.0f} KiB more memory")


if __name__ == "__main__":
    main()
