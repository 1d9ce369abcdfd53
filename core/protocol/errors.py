"""What can be wrong with a message, as one tree; each message names the field and what was found.

ProtocolError
├── VersionError           the other side speaks no version that is spoken here
├── LimitError             larger, longer or deeper than allowed
└── MalformedError         not a message of this protocol
    ├── PreambleError          the first part is not the magic bytes and a version
    ├── HeaderError            the second part is not the JSON that a header is
    ├── UnknownMessageError    a type of message that is not known
    ├── FieldError             a field that does not fit its message
    │   ├── MissingFieldError
    │   ├── UnknownFieldError
    │   └── FieldValueError        wrong type, or out of range
    └── FrameError             frames that are not as the header says
        └── ChecksumError          the bytes are not those that were sent
"""

from typing import ClassVar, Literal

ErrorCode = Literal["version", "limit", "malformed", "unknown_message", "unexpected", "no_hello", "internal"]
"""What an ERROR message says: `unexpected` is understood and out of place, `no_hello` came before a HELLO."""


class ProtocolError(Exception):
    """A message that cannot be sent or understood."""

    code: ClassVar[ErrorCode] = "malformed"


class VersionError(ProtocolError):
    """The other side speaks no version that is spoken here."""

    code = "version"


class LimitError(ProtocolError):
    """A part of the message is larger, longer or deeper than allowed."""

    code = "limit"


class MalformedError(ProtocolError):
    """The bytes are no message of this protocol."""


class PreambleError(MalformedError):
    """The first part is not the magic bytes and a version."""


class HeaderError(MalformedError):
    """The second part is not the JSON that a header is."""


class UnknownMessageError(MalformedError):
    """A type of message that is not known here."""

    code = "unknown_message"


class FieldError(MalformedError):
    """A field does not fit its message."""


class MissingFieldError(FieldError):
    """A field without a default was left out."""


class UnknownFieldError(FieldError):
    """A field that this version of the message does not have."""


class FieldValueError(FieldError):
    """A field's value is of the wrong type, or out of range."""


class FrameError(MalformedError):
    """The frames are not as the header says."""


class ChecksumError(FrameError):
    """The bytes of a frame are not those that were sent."""
