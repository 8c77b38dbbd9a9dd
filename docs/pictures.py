"""Pictures of the terminal, made by rich's own export: one for light pages, one for dark ones.

python -m docs.pictures     writes docs/pictures/*.svg again, from a crawl of the sample (`make docs`)
"""

import io
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme
from rich.text import Text

from docs.examples import run

FOLDER = Path(__file__).with_name("pictures")
LIGHT = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [
        (36, 41, 47),
        (179, 29, 40),
        (17, 99, 41),
        (154, 103, 0),
        (9, 105, 218),
        (130, 80, 223),
        (27, 124, 131),
        (110, 119, 129),
    ],
    [
        (87, 96, 106),
        (164, 14, 38),
        (26, 127, 55),
        (149, 91, 0),
        (33, 139, 255),
        (164, 117, 249),
        (49, 146, 170),
        (140, 149, 159),
    ],
)
THEMES = {"light": LIGHT, "dark": DIMMED_MONOKAI}
SHOWN = {"timeline": "policylapse timeline lumenkart.example"}
WIDTH = 100


def svg(output: str, title: str, theme: str) -> str:
    """Return what a terminal of 100 columns shows, as an SVG.

    :param output: with its escape codes, as `--color always` prints it.
    """
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(output.rstrip()))
    return console.export_svg(title=title, theme=THEMES[theme], unique_id="policylapse")


def pictures(name: str, command: str, ending: str = "svg") -> None:
    """Print the Markdown that shows a picture in the colours of the reader's page."""
    print("<picture>")
    print(f'  <source media="(prefers-color-scheme: dark)" srcset="docs/pictures/{name}-dark.{ending}">')
    print(f'  <img alt="{command}" src="docs/pictures/{name}-light.{ending}">')
    print("</picture>")


def write() -> None:
    run("policylapse crawl --archive sample")
    for name, command in SHOWN.items():
        output = run(f"{command} --color always", colors=True)
        for theme in THEMES:
            (FOLDER / f"{name}-{theme}.svg").write_text(svg(output, command, theme), encoding="utf-8")


if __name__ == "__main__":
    write()
