"""Rows of a table as a spreadsheet reads them (RFC 4180), in which nothing that a stranger wrote becomes a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

BOM = "\ufeff"  # without it, spreadsheets take UTF-8 for something older
# What makes a formula of a cell, as OWASP lists it ("CSV Injection")
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Cell = str | int | float | None


def safe(cell: Cell) -> str:
    """A figure of ours stays a figure; words that would be reckoned with get an apostrophe before them."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell
    return str(cell)


def lines(rows: Iterable[Iterable[Cell]]) -> str:
    """Several rows, each ended."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return written.getvalue()
