"""Draws what pages cost against what the house holds, and says which grow faster than their rows.

    python bench/speed.py [--out docs/speed] FIGURES.json …

Takes what bench/lists.py --json and bench/house.py --json kept of houses of several sizes. For each database it draws
one picture of the lists, one of home and search, and one of imports (SVG), and prints each page whose CPU grew by more
than GROWS-fold from the smallest house to the largest: a page shows a screenful of rows however many there are, so its
cost should stand still.
"""

import argparse
import json
import math
import sys
from html import escape
from pathlib import Path
from typing import Any

MOST_CPU_MS = 60.0
GROWS = 2.0
# Below this a difference is the noise of the machine.
NOISE_MS = 15.0
# The first look at home after a write, the dearest of that picture.
FIRST_CPU_MS = 150.0
# Of home and search, so that the lines can be told apart; all are looked at for growth.
DRAWN = ("first look", "home of chief", "home of head", "search 'srv'", "bar 'srv'")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 760, 420, 56, 210, 28, 52
INKS = ("#1f5fbf", "#b3540e", "#2f7d4f", "#8a3ffc", "#9f1853", "#005d5d", "#6e5a00", "#4d5358", "#a2191f", "#33658a")

Point = tuple[int, float]


def cost(page: dict[str, Any]) -> float:
    """Return the CPU of process and database together."""
    return float(page["process_ms"] + page["database_ms"])


def read(paths: list[Path]) -> dict[str, dict[str, list[Point]]]:
    """Return, by picture and page, (findings, CPU ms) from the smallest house to the largest."""
    found: dict[str, dict[str, list[Point]]] = {}
    for path in paths:
        kept = json.loads(path.read_text())
        reader = "" if kept.get("role", "chief") == "chief" else f" ({kept['role']})"
        for page in kept["pages"]:
            if page["status"] == 200:
                picture = "import" if page["page"].startswith("import") else kept.get("picture", "lists")
                about = found.setdefault(f"{picture}-{kept['database']}", {}).setdefault(page["page"] + reader, [])
                about.append((max(1, kept["held"]["findings"]), cost(page)))
    for by_page in found.values():
        for points in by_page.values():
            points.sort()
    return found


def growing(pages: dict[str, list[Point]]) -> list[tuple[str, float, float]]:
    """Return the pages that cost much more in the largest house than in the smallest, the worst first."""
    found = [
        (page, points[0][1], points[-1][1])
        for page, points in pages.items()
        if len(points) > 1 and points[-1][1] > GROWS * points[0][1] and points[-1][1] - points[0][1] > NOISE_MS
    ]
    return sorted(found, key=lambda each: -each[2])


def drawing(picture: str, pages: dict[str, list[Point]]) -> str:
    """Draw the chief's lists (no view, no sort asked for), or another picture: findings across, CPU upwards."""
    about, _, database = picture.partition("-")
    most_ms = {"lists": MOST_CPU_MS, "house": FIRST_CPU_MS}.get(about, 0.0)
    drawn = DRAWN if about == "house" else ("",)
    plain = {
        page: points for page, points in pages.items() if page.startswith(drawn) and "?" not in page and "(" not in page
    }
    sizes = sorted({size for points in plain.values() for size, _ in points})
    top = max([most_ms, *(ms for points in plain.values() for _, ms in points)]) * 1.08
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])

    def across(size: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((math.log10(size) - low) / (high - low) if high > low else 0.5)

    def up(ms: float) -> float:
        return HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * ms / top

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="12"><title>CPU of {about} against the findings held, on {database}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    ]
    for ms in range(0, int(top) + 1, 20 if top < 240 else 100 if top < 1200 else 500):
        parts.append(f'<path d="M{LEFT} {up(ms):.1f}H{WIDTH - RIGHT}" stroke="#dde1e6"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{up(ms) + 4:.1f}" text-anchor="end">{ms}</text>')
    if most_ms:
        held = up(most_ms)
        parts.append(f'<path d="M{LEFT} {held:.1f}H{WIDTH - RIGHT}" stroke="#393939" stroke-dasharray="6 4"/>')
        parts.append(
            f'<text x="{WIDTH - RIGHT - 4}" y="{held - 6:.1f}" text-anchor="end">hold: {most_ms:.0f} ms</text>'
        )
    for size in sizes:
        parts.append(f'<text x="{across(size):.1f}" y="{HEIGHT - FOOT + 20}" text-anchor="middle">{size:,}</text>')
    ends = sorted(plain.items(), key=lambda each: -each[1][-1][1])
    floor = TOP
    for place, (page, points) in enumerate(ends):
        ink = INKS[place % len(INKS)]
        way = "L".join(f"{across(size):.1f} {up(ms):.1f}" for size, ms in points)
        parts.append(f'<path d="M{way}" fill="none" stroke="{ink}" stroke-width="1.8"/>')
        parts.extend(f'<circle cx="{across(s):.1f}" cy="{up(ms):.1f}" r="3" fill="{ink}"/>' for s, ms in points)
        y = max(floor, up(points[-1][1]))
        floor = y + 14
        words = escape(f"{page} {points[-1][1]:.0f} ms")
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{y + 4:.1f}" fill="{ink}">{words}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">findings held (of S, M and L)</text>')
    parts.append(f'<text x="{LEFT - 40}" y="16">CPU ms a page, {database}</text></svg>')
    return "".join(parts)


def main() -> int:
    """Draw, and return 1 where a page grows."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("figures", nargs="+", type=Path)
    asked.add_argument("--out", type=Path, default=Path("docs/speed"))
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    has_grown = False
    for picture, pages in read(given.figures).items():
        path = given.out / f"{picture}.svg"
        path.write_text(drawing(picture, pages) + "\n", encoding="utf-8")
        print(f"{path} drawn: {len(pages)} pages")
        for page, small, large in growing(pages):
            has_grown = True
            print(f"  grows in {picture}: {page} {small:.0f} ms -> {large:.0f} ms")
    return 1 if has_grown else 0


if __name__ == "__main__":
    sys.exit(main())
