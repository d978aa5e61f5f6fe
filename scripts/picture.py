#!/usr/bin/env python3
"""Draws what a terminal showed as an SVG picture: docs/images/demo.svg, from a real run.

    script --quiet --return --command "make demo" demo.typescript
    scripts/picture.py demo.typescript docs/images/demo.svg --sections 3-5

Nothing is changed but that lines are cut at --columns, with an ellipsis.
"""
import argparse
import html
import re

STYLES = {"1": "bold", "2": "dim"}
WIDTH, HEIGHT, MARGIN, BAR = 7.2, 17, 16, 30


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("typescript")
    parser.add_argument("picture")
    parser.add_argument("--columns", type=int, default=116)
    parser.add_argument("--sections", default="1-99", help="of the demo, by its headings: 3-5")
    parser.add_argument("--title", default="make demo")
    return parser.parse_args()


def recorded(path):
    """The lines that the terminal got, without what script(1) adds."""
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("\r", "")
    return [line for line in text.split("\n") if not line.startswith("Script ")]


def chosen(lines, sections):
    """The lines of these sections; one begins with its number in bold."""
    first, _, last = sections.partition("-")
    wanted = range(int(first), int(last or first) + 1)
    kept, shows = [], False
    for line in lines:
        heading = re.match(r"\x1b\[1m(?:(\d+)\.)?", line)
        if heading:
            shows = heading[1] is not None and int(heading[1]) in wanted
        if shows:
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def pieces(line, columns):
    """The text of a line with its style; cut where it is too long."""
    style, used, parts = "", 0, []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if code:
            style = STYLES.get(code[1], "")
        elif part and used < columns:
            room = columns - used
            text = part if len(part) <= room else part[: room - 1] + "…"
            used += len(text)
            parts.append((style, text))
    return parts


def draw(lines, columns, title):
    width = round(2 * MARGIN + columns * WIDTH)
    height = BAR + MARGIN + len(lines) * HEIGHT + MARGIN // 2
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{html.escape(title)}">',
        "<style>text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',"
        "monospace;fill:#d6deeb;white-space:pre}.bold{font-weight:700;fill:#fff}"
        ".dim{fill:#8fa3b8}.title{fill:#8fa3b8}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#0f1b2a" stroke="#33475b"/>',
        f'<path d="M0 {BAR}h{width}" stroke="#33475b"/>',
        f'<text class="title" x="{MARGIN}" y="20">{html.escape(title)}</text>',
    ]
    for index, line in enumerate(lines):
        y = BAR + MARGIN + index * HEIGHT + 8
        column = 0
        for style, text in pieces(line, columns):
            lead = len(text) - len(text.lstrip(" "))
            shown = text.strip(" ")
            if shown:
                x = MARGIN + (column + lead) * WIDTH
                name = f' class="{style}"' if style else ""
                svg.append(
                    f'<text{name} x="{x:.1f}" y="{y}" textLength="{len(shown) * WIDTH:.1f}">'
                    f"{html.escape(shown, quote=False)}</text>")
            column += len(text)
    return "\n".join(svg + ["</svg>", ""])


def main():
    given = arguments()
    lines = chosen(recorded(given.typescript), given.sections)
    if not lines:
        raise SystemExit(f"picture.py: {given.typescript} has no section {given.sections}")
    with open(given.picture, "w", encoding="utf-8") as file:
        file.write(draw(lines, given.columns, given.title))


main()
