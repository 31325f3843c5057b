"""What a terminal would show: line ends, colours, carriage returns, backspaces and moves of progress bars are folded away."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"(?<!\r)\r+\n")
_COLOUR = re.compile(r"\x1b\[(?:[0-9;:]*m|\?25[lh])")
_CONTROL = re.compile(r"(\n|\r+|\x08+|\x1b\[\d{0,3}[ABK])")
_MOVE = re.compile(r"\x1b\[\d{0,3}[AB]")


def fold(text: str) -> tuple[str, dict[str, int]]:
    """Return a text as it ends up on a screen, and how often each kind of folding was needed."""
    steps: dict[str, int] = {}
    if "\r" in text and "\r\n" in text:
        text, steps["line-ends"] = _LINE_END.subn("\n", text)
    if "\x1b" in text:
        text, steps["colours"] = _COLOUR.subn("", text)
    count = sum(text.count(code) for code in ("\r", "\b", "\x1b[") if code[0] in text)
    if count:
        folded = _fold_lines(text)
        steps["overwritten"] = count if folded != text else 0
        text = folded
    return text, {name: number for name, number in steps.items() if number}


def _fold_lines(text: str) -> str:
    if "\x1b[" in text and _MOVE.search(text):
        return _Screen().show(text)
    return "\n".join(_Screen().show(line) if _CONTROL.search(line) else line for line in text.split("\n"))


class _Screen:
    """Rows of characters, and a cursor."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = [[]]
        self._edited: set[int] = set()
        self._row = 0
        self._column = 0

    def show(self, text: str) -> str:
        """Return what is on the screen after a text. Blanks that only wipe something out count as nothing."""
        for piece in _CONTROL.split(text):
            if _CONTROL.match(piece):
                self._control(piece)
            elif piece:
                self._write(piece)
        rows = ("".join(row) for row in self._rows)
        return "\n".join(row.rstrip(" ") if number in self._edited else row for number, row in enumerate(rows))

    def _write(self, text: str) -> None:
        row = self._rows[self._row]
        row.extend(" " * (self._column - len(row)))
        row[self._column : self._column + len(text)] = text
        self._column += len(text)

    def _control(self, code: str) -> None:
        if code == "\n":
            self._row += 1
            self._column = 0
            if self._row == len(self._rows):
                self._rows.append([])
            return
        self._edited.add(self._row)
        if code[0] == "\r":
            self._column = 0
        elif code[0] == "\b":
            self._back(len(code))
        elif code[-1] == "K":
            self._erase(code[2:-1])
        else:
            self._move(int(code[2:-1] or 1) * (-1 if code[-1] == "A" else 1))

    def _back(self, steps: int) -> None:
        """Step back; at the end of a line this takes the last characters away, as Jupyter shows it."""
        row = self._rows[self._row]
        column = max(self._column - steps, 0)
        if self._column == len(row):
            del row[column:]
        self._column = column

    def _erase(self, mode: str) -> None:
        row = self._rows[self._row]
        if mode in {"", "0"}:
            del row[self._column :]
        elif mode == "1":
            row[: self._column] = " " * min(self._column, len(row))
        else:
            row.clear()

    def _move(self, rows: int) -> None:
        self._row = min(max(self._row + rows, 0), len(self._rows) - 1)
        self._edited.add(self._row)
