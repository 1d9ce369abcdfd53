"""The guide as pages that open without a network, on any system: QGIS's Help buttons lead to them."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import markdown

LINK = re.compile(r'(?P<attribute>href|src)="(?P<target>[^"]+)"')
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
img { max-width: 100%; border: 1px solid #ccc; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: .3rem .6rem; vertical-align: top; }
pre { background: #f5f5f5; padding: .8rem; overflow-x: auto; } code { background: #f5f5f5; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #222; } pre, code { background: #333; } }
"""
OUTWARD = re.compile(r'<a href="\.\./[^"]*">(?P<text>.*?)</a>')
"""Leads to a file that is not shipped."""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body>
{body}
</body>
</html>
"""


def make_pages(root: Path, start: str) -> dict[str, bytes]:
    """A page for a Markdown file and for each that it leads to, and their pictures, by their names below `root`."""
    files: dict[str, bytes] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        page = _page_name(name)
        if page in files:
            continue
        text = (root / name).read_text(encoding="utf-8")
        body = markdown.markdown(text, extensions=["tables", "fenced_code", "toc", "sane_lists"])
        body = OUTWARD.sub(lambda found: found["text"], body)
        links = {target: _inside(name, target) for target in _targets(body)}
        for target in filter(None, links.values()):
            if target.endswith(".md"):
                waiting.append(target)
            else:
                files[target] = (root / target).read_bytes()
        title = text.partition("\n")[0].lstrip("# ")
        files[page] = PAGE.format(title=title, style=STYLE, body=_led_to_pages(body)).encode()
    return files


def _page_name(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".html"))


def _targets(body: str) -> list[str]:
    return [found["target"] for found in LINK.finditer(body)]


def _inside(name: str, target: str) -> str | None:
    """The file of the tree that a link leads to; None where it leads within the page or to the network."""
    path = target.partition("#")[0]
    if not path or "://" in path:
        return None
    found = PurePosixPath(name).parent / path
    if ".." in found.parts:
        raise SystemExit(f"{name} links to {target}, which is not shipped: give its address instead")
    return str(found)


def _led_to_pages(body: str) -> str:
    def lead(found: re.Match[str]) -> str:
        path, mark, place = found["target"].partition("#")
        is_page = path.endswith(".md") and "://" not in path
        return f'{found["attribute"]}="{_page_name(path) if is_page else path}{mark}{place}"'

    return LINK.sub(lead, body)
