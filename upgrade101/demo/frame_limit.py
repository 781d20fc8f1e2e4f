"""The bound on the frames of an HTTP/2 connection.

In: the bytes that a client sends, however they are cut. Out: whether a frame among them is
longer than FRAME_LIMIT. Always: a frame that is too long is known by its header, before its
payload arrives; `h2` looks at a length only then, and would keep 16 MiB of it until it does.
It does not look at anything else of a frame.
"""

FRAME_LIMIT = 16384
"""The longest payload of a frame, in bytes: SETTINGS_MAX_FRAME_SIZE as it is at first."""
_PREFACE = 24  # bytes before the first frame
_LENGTH = 3  # bytes at the beginning of a frame header
_REST = 6  # bytes of a frame header behind the length


class FrameLimit:
    """Follows the frames of one connection, from its client preface on [RFC 9113 4.1]."""

    def __init__(self) -> None:
        self._skipped = _PREFACE
        self._length = b""

    def is_exceeded_by(self, data: bytes) -> bool:
        """Take the next bytes; return whether a frame that begins in them is too long."""
        while data:
            step = min(self._skipped, len(data))
            self._skipped -= step
            missing = _LENGTH - len(self._length)
            self._length += data[step : step + missing]
            data = data[step + missing :]
            if len(self._length) == _LENGTH:
                size = int.from_bytes(self._length, "big")
                if size > FRAME_LIMIT:
                    return True
                self._skipped = _REST + size
                self._length = b""
        return False
