"""What a message is: a class with typed fields, known by the name of its type, that may carry frames."""

from dataclasses import dataclass
from typing import ClassVar

MESSAGES: dict[str, type["Message"]] = {}
"""All messages by the name of their type."""


@dataclass(frozen=True)
class Message:
    """Base of all messages.

    Attributes:
        type: name on the wire.
        frame_counts: the least and the most frames that it carries.
    """

    type: ClassVar[str] = ""
    frame_counts: ClassVar[tuple[int, int]] = (0, 0)

    def __init_subclass__(cls, type: str, frames: tuple[int, int] = (0, 0)) -> None:  # noqa: A002
        """Make a subclass known under the name of its type."""
        super().__init_subclass__()
        assert type not in MESSAGES or MESSAGES[type].__qualname__ == cls.__qualname__
        cls.type = type
        cls.frame_counts = frames
        MESSAGES[type] = cls
