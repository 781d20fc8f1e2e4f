"""socketify (uWebSockets) with no callbacks, without compression.

In: the command line `PORT`. Its loop is its own, and so is its backlog, 512.
"""

from __future__ import annotations

import sys

from socketify import App, AppListenOptions, CompressOptions


def main() -> None:
    """Serve until the process is killed."""
    application = App()
    application.ws("/*", {"compression": CompressOptions.DISABLED})
    application.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"))
    application.run()


if __name__ == "__main__":
    main()
