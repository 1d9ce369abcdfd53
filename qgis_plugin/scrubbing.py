"""Takes out of a text what tells who somebody is: for texts that people paste into a public report.

Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST = 3
"""A user called `al` would else take letters out of half of all words."""
Z85 = r"A-Za-z0-9.:+=^!/*?&<>()\[\]{}@%$#-"
KEY = re.compile(rf"(?<![{Z85}])[{Z85}]{{40}}(?![{Z85}])")
"""A key of CURVE in Z85: forty letters of that alphabet that stand alone."""
LOGIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^\s\"']*@")
BARE_LOGIN = re.compile(r"(?<![^\s\"'=,;(])[^\s\"'/=:@]+:(?!//)[^\s\"'@]+@[A-Za-z0-9.-]+")
"""As in `bob:word@proxy:3128`, which programs take without a scheme."""
SECRET = re.compile(
    r"(?P<name>(?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key|authcfg|signature|sig|client_secret|key)\"?\s*[=:]\s*\"?)"
    r"[^\s&\"',;]+",
    re.IGNORECASE,
)
HOST = re.compile(r"(?P<scheme>(?:tcp|https?|socks5h?)://)(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:\s'\"]+)", re.IGNORECASE)
KNOWN_HOSTS = frozenset(
    {"127.0.0.1", "localhost", "[::1]", "pypi.org", "files.pythonhosted.org", "download.pytorch.org", "<host>"}
)


@dataclass(frozen=True)
class Person:
    """Who is not to be told.

    Attributes:
        homes: their home folder, in every way that it is written.
        names: of the user.
        hosts: names of the machine and of those that the settings name.
    """

    homes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def scrub(text: str, person: Person) -> str:
    """Return a text without home folder, user, hosts, passwords and keys."""
    text = LOGIN.sub(r"\g<scheme><login>@", text)
    for home in _longest_first(person.homes):
        text = _replace_path(text, home)
    text = SECRET.sub(r"\g<name><secret>", text)
    text = KEY.sub("<key>", text)
    text = BARE_LOGIN.sub("<login>@<host>", text)
    text = HOST.sub(_hide_host, text)
    for host in _longest_first(person.hosts):
        text = _replace_word(text, host, "<host>")
    for name in _longest_first(person.names):
        text = _replace_word(text, name, "<user>")
    return text


def _replace_path(text: str, home: str) -> str:
    """A folder in either kind of slash, also doubled as in quoted text, and encoded as in an address."""
    parts = [re.escape(part) for part in re.split(r"[\\/]+", home.rstrip("\\/"))]
    if not any(parts):
        return text
    # one slash before the first name: those of file:// are no part of it
    start = r"[\\/]" if not parts[0] else ""
    parts = [part for part in parts if part]
    found = start + r"[\\/]+".join(parts)
    text = re.sub(found + r"(?![\w.-])", "~", text, flags=re.IGNORECASE)
    encoded = start + r"(?:[\\/]|%5C|%2F)+".join(part.replace("\\ ", "%20") for part in parts)
    return re.sub(encoded + r"(?![\w.-])", "~", text, flags=re.IGNORECASE)


def _replace_word(text: str, word: str, by: str) -> str:
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", by, text, flags=re.IGNORECASE)


def _hide_host(found: re.Match[str]) -> str:
    host = found["host"]
    login, _, name = host.rpartition("@")
    shown = name if name.lower() in KNOWN_HOSTS else "<host>"
    return found["scheme"] + (f"{login}@" if login else "") + shown


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if len(word) >= SHORTEST}, key=len, reverse=True)
