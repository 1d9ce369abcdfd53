"""How large a message and its parts may be; each limit is checked before memory is taken."""

MAX_HEADER_BYTES = 64 * 1024
"""Of the JSON header."""
MAX_HEADER_DEPTH = 8
"""Of objects and lists in one another; the messages need five."""
MAX_FRAME_BYTES = 16 * 1024 * 1024
"""Of one frame; a receiver sets MAXMSGSIZE to it, a sender checks before, as an oversize part ends the connection."""
SEALED_BYTES = 64
"""What CURVE adds to a frame at most, and a receiver that uses it must allow beyond that."""
MAX_FRAMES = 64
"""Of one message."""
MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""Of all frames of one message together: what a receiver may have to hold before it can look at any of it."""
MAX_DIMENSIONS = 4
"""Of a frame's shape."""
MAX_NUMBER_CHARACTERS = 40
"""Of one number in the header: longer than any float or 64-bit integer that is written out."""
MAX_ITEMS = 1024
"""Of one list in a header, where its field does not say less."""
