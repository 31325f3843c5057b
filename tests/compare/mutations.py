"""A seeded mutator: small changes to data in real outputs, each of which a comparison has to catch.

It knows nothing of the rules. What has the shape of a time, an address or a generated id is left alone; all else is data.
"""

from __future__ import annotations

import base64
import copy
import io
import json
import math
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Outputs = list[dict[str, Any]]
PER_OPERATOR = 4
_NO_DATA = re.compile(
    r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f]{4}-\S+|[0-9a-f]{10,}|T_[0-9a-f]{5}\w*|_anim_\w+|/tmp/\S+|\S*ipykernel_\S+|<dc:date>[^<]*"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+|\d+:\d\d(?::\d\d)?|[\d.]+ ?(?:ns|[uµμ]s|ms|s|it/s|s/it)\b|\[\d\d:\d\d<.*?\]|\|[^|\n]*\|"
    r"|±.*|\d+ loops?|Matplotlib v[\d.]+|data:image/\S+|(?:id|href|clip-path|for)=\S+|Cell In ?\[\d+\].*"
    r"|\x1b\[[\d;]*m|^-*>? *\d+|:\d+\b|-{9,}.*"
)
_TIMED = {"search-times", "prun", "now", "duration", "time", "cell-time", "timeit", "shell-clock"}
"""Cells whose every number may be a clock's: they are mutated by what else they say."""


class Mutation(NamedTuple):
    """One change: the MIME type it is in, what was done, in which cell, and what the cell's outputs are then."""

    kind: str
    what: str
    cell: str
    outputs: Outputs


def mutations(cells: dict[str, Outputs], seed: int = 0) -> list[Mutation]:
    """Return changes of all kinds to the outputs of some cells, always the same for one seed."""
    rng = random.Random(seed)
    return [mutation for key, outputs in sorted(cells.items()) for mutation in _mutations(key, _merged(outputs), rng)]


def _merged(outputs: Outputs) -> Outputs:
    """Merge the messages of each stream, as readers do; of a bar that is drawn over and over what counts is its last state."""
    streams: dict[str, dict[str, Any]] = {}
    merged = []
    for output in copy.deepcopy(outputs):
        if output["output_type"] != "stream":
            merged.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += "".join(output["text"])
        else:
            streams[output["name"]] = {**output, "text": "".join(output["text"])}
            merged.append(streams[output["name"]])
    for stream in streams.values():
        stream["text"] = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in stream["text"].split("\n"))
    return merged


def _mutations(key: str, outputs: Outputs, rng: random.Random) -> Iterator[Mutation]:
    for number, output in enumerate(outputs):
        for path, kind in _contents(output):
            for operator in _operators(kind, timed=key in _TIMED):
                for _ in range(PER_OPERATOR):
                    changed = copy.deepcopy(outputs)
                    if _change(changed[number], path, operator, rng):
                        yield Mutation(kind, operator.__name__.strip("_"), key, changed)
    yield from _structural(key, outputs)


def _contents(output: dict[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """Return where the contents of an output are, and of what kind."""
    if output["output_type"] == "stream":
        return [(("text",), output["name"])]
    if output["output_type"] == "error":
        return [(("evalue",), "error"), (("ename",), "error"), (("traceback",), "traceback")]
    return [(("data", mime), mime) for mime in output["data"]]


def _operators(kind: str, *, timed: bool) -> list[Callable[[Any, random.Random], Any]]:
    if kind.startswith("image/") and kind != "image/svg+xml":
        return [_pixel, _size]
    if kind == "application/pdf":
        return [_byte]
    if kind == "application/json" or kind.endswith("+json"):
        return [_leaf, _member]
    if kind == "traceback":
        return [_frame, _frame_left_out]
    return [_line] if timed else [_digit, _letter, _line, _swap]


def _change(output: dict[str, Any], path: tuple[str, ...], operator: Callable[[Any, random.Random], Any], rng: random.Random) -> bool:
    """Change one content in place, if the operator finds something to change."""
    holder = output
    for name in path[:-1]:
        holder = holder[name]
    before = holder[path[-1]]
    lines = isinstance(before, list)
    value = ("\n" if path == ("traceback",) else "").join(before) if lines and all(isinstance(item, str) for item in before) else before
    after = operator(copy.deepcopy(value), rng)
    if after is None or (after == value and type(after) is type(value) and json.dumps(after) == json.dumps(value)):
        return False
    holder[path[-1]] = after.split("\n") if path == ("traceback",) else after
    return True


def _data_places(text: str, wanted: Callable[[str], bool]) -> list[int]:
    """Return the places of characters that are data."""
    closed = [False] * len(text)
    for line in re.finditer(r"[^\n]+", text):
        for match in _NO_DATA.finditer(line[0]):
            for place in range(line.start() + match.start(), line.start() + match.end()):
                closed[place] = True
    return [place for place, letter in enumerate(text) if not closed[place] and wanted(letter)]


def _digit(text: str, rng: random.Random) -> str | None:
    places = _data_places(text, str.isdigit)
    if not places:
        return None
    place = rng.choice(places)
    return text[:place] + str((int(text[place]) + rng.randint(1, 9)) % 10) + text[place + 1 :]


def _letter(text: str, rng: random.Random) -> str | None:
    places = _data_places(text, lambda letter: letter in "abcdefgijklnopqrtuvwxyz")
    if not places:
        return None
    place = rng.choice(places)
    return text[:place] + rng.choice("QWXZ") + text[place + 1 :]


def _line(text: str, rng: random.Random) -> str | None:
    """Leave out a line that says something."""
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if re.search(r"[A-Za-z]", _NO_DATA.sub("", line)) and "\r" not in line]
    if not places or len(lines) < 2:
        return None
    del lines[rng.choice(places)]
    return "\n".join(lines)


def _swap(text: str, rng: random.Random) -> str | None:
    """Exchange two lines that say different things."""
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if re.search(r"\w", _NO_DATA.sub("", line)) and "\r" not in line]
    pairs = [(one, other) for one, other in zip(places, places[1:]) if _NO_DATA.sub("", lines[one]) != _NO_DATA.sub("", lines[other])]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _frames(text: str) -> tuple[list[str], list[int]]:
    """Return the lines of a traceback without colours, and which of them say where the error went through, or what it is."""
    lines = re.sub(r"\x1b\[[\d;]*m", "", text).split("\n")
    places = [
        number
        for number, line in enumerate(lines)
        if re.match(r"-+> *\d+ .*[a-z]", line) or re.match(r"\w+(Error|Exception): .*[a-z]", line)
    ]
    return lines, places


def _frame(text: str, rng: random.Random) -> str | None:
    """Change a letter of a line that was run, or of the message."""
    lines, places = _frames(text)
    if not places:
        return None
    number = rng.choice(places)
    start = re.match(r"-+> *\d+ |\w+: ", lines[number])
    changed = _letter(lines[number][start.end() :], rng) if start else None
    if start is None or changed is None:
        return None
    lines[number] = start[0] + changed
    return "\n".join(lines)


def _frame_left_out(text: str, rng: random.Random) -> str | None:
    """Leave out a line that was run, or the message."""
    lines, places = _frames(text)
    if places:
        del lines[rng.choice(places)]
    return "\n".join(lines) if places else None


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give the holder and the key of each number, truth value and word in JSON data."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, (dict, list)):
            yield from _leaves(item)
        elif key != "model_id" and not (isinstance(item, str) and _NO_DATA.search(item)):
            yield value, key


def _leaf(value: Any, rng: random.Random) -> Any:
    """Change one number by its last bit, one truth value or one word."""
    leaves = list(_leaves(value)) if isinstance(value, (dict, list)) else []
    if not leaves:
        return None
    holder, key = rng.choice(leaves)
    item = holder[key]
    if isinstance(item, bool) or item is None:
        holder[key] = not item
    elif isinstance(item, int):
        holder[key] = float(item) if rng.random() < 0.5 else item + 1
    else:
        holder[key] = math.nextafter(item, math.inf) if isinstance(item, float) else f"{item}x"
    return value | {} if isinstance(value, dict) else [*value]


def _member(value: Any, rng: random.Random) -> Any:
    """Leave out one member."""
    leaves = list(_leaves(value)) if isinstance(value, (dict, list)) else []
    if not leaves:
        return None
    holder, key = rng.choice(leaves)
    del holder[key]
    return value | {} if isinstance(value, dict) else [*value]


def _picture(text: str) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(base64.b64decode(text)))


def _saved(picture: Any, kind: str) -> str:
    data = io.BytesIO()
    picture.save(data, kind)
    return base64.b64encode(data.getvalue()).decode()


def _pixel(text: str, rng: random.Random) -> str:
    """Change one channel of one pixel: by one where the format keeps that, else by enough to survive it."""
    picture = _picture(text)
    kind, picture = picture.format, picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGB")
    place = rng.randrange(picture.width), rng.randrange(picture.height)
    colour = list(picture.getpixel(place))
    channel = rng.randrange(3)
    colour[channel] = colour[channel] ^ 1 if kind == "PNG" else (colour[channel] + 128) % 256
    picture.putpixel(place, tuple(colour))
    return _saved(picture, kind)


def _size(text: str, rng: random.Random) -> str:
    """Cut a column or a row of pixels off."""
    picture = _picture(text)
    wide = rng.random() < 0.5
    return _saved(picture.crop((0, 0, picture.width - wide, picture.height - (not wide))), picture.format)


def _byte(text: str, rng: random.Random) -> str | None:
    """Change one byte inside a stream of a PDF."""
    data = bytearray(base64.b64decode(text))
    spans = [match.span() for match in re.finditer(rb"(?<=stream\n)[\s\S]+?(?=\nendstream)", bytes(data))]
    if not spans:
        return None
    place = rng.randrange(*rng.choice(spans))
    data[place] ^= 1 + rng.randrange(254)
    return base64.b64encode(bytes(data)).decode()


def _structural(key: str, outputs: Outputs) -> Iterator[Mutation]:
    """Leave outputs out, double them, move them between streams, and drop one of two forms of an output."""
    for number, output in enumerate(outputs):
        kind = output["output_type"]
        without = outputs[:number] + outputs[number + 1 :]
        if kind != "stream" or not any(other.get("name") == output["name"] for other in without):
            yield Mutation("outputs", "left out", key, copy.deepcopy(without))
        yield Mutation("outputs", "doubled", key, copy.deepcopy([*outputs[: number + 1], *outputs[number:]]))
        if kind == "stream":
            moved = copy.deepcopy(outputs)
            moved[number]["name"] = "stderr" if output["name"] == "stdout" else "stdout"
            yield Mutation("outputs", "other stream", key, moved)
        elif kind != "error" and len(output["data"]) > 1:
            dropped = copy.deepcopy(outputs)
            dropped[number]["data"].popitem()
            yield Mutation("outputs", "one form dropped", key, dropped)
    yield from _aliased(key, outputs)


def _aliased(key: str, outputs: Outputs) -> Iterator[Mutation]:
    """Make one of several prints of an object another object's."""
    text = json.dumps(outputs)
    found = list(re.finditer(r"(?<=at )0x[0-9a-f]{6,}", text))
    for match in found:
        if sum(other[0] == match[0] for other in found) > 1:
            other = hex(int(match[0], 16) + 4096)
            yield Mutation("aliasing", "another object", key, json.loads(text[: match.start()] + other + text[match.end() :]))
