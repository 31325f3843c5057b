"""Consistent renamings: memory addresses and generated ids, which differ in each run and mean nothing.

Nothing is blanked: the k-th distinct value on one side must be the k-th distinct value on the other, so that two prints
of one object still have to agree. A number that only looks like an address or an id is data.
"""

from __future__ import annotations

from collections.abc import Container

from seednb.compare.patterns import JSON, MARKUP, SVG, TEXT, Names, Pattern, Rule, replaced

_ALL = (TEXT, MARKUP, SVG, JSON)
_HEX32 = "0123456789abcdef0123456789abcdef"
_OTHER_HEX32 = "fedcba9876543210fedcba9876543210"
_UUID = "11111111-2222-4333-8444-555555555555"
_OTHER_UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

RENAMINGS = (
    Rule(
        "address",
        "the address of an object in memory, as its `repr` shows it",
        Pattern(
            kinds=_ALL,
            pattern=r"at (?<=\bat )(?P<x>0x[0-9a-fA-F]{6,16})\b(?!\.\.\.)",
            needs=("at 0x",),
            alike=("<A object at 0x7f0000001000>; to 'K' at 0x7f0000002000", "<A object at 0x7e0000001000>; to 'K' at 0x7e0000004000"),
            unlike=("at 0x7f0000001000 and at 0x7f0000001000", "at 0x7f0000001000 and at 0x7f0000002000"),
        ),
        Pattern(
            pattern=r"\b(?P<x>0x[0-9a-f]{8,16})\b",
            within=r"<[A-Za-z_][^<>\n]*>",
            needs=("0x",),
            alike=("<Swig Object of type 'A *' 0x55d0c0ffee00>", "<Swig Object of type 'A *' 0x55d0c0ffee10>"),
            unlike=("mask = 0x55d0c0ffee00", "mask = 0x55d0c0ffee10"),
        ),
    ),
    Rule(
        "thread-id",
        "the number that the operating system gave a thread, as the thread's `repr` shows it",
        Pattern(
            pattern=r"(?:, started |, started daemon )(?P<x>\d{6,20})(?=\)>)",
            needs=(", started ",),
            alike=("<Thread(Thread-1, started 140296841309056)>", "<Thread(Thread-1, started 140508066368384)>"),
            unlike=("<Thread(Thread-1, started 140296841309056)>", "<Thread(Thread-2, started 140296841309056)>"),
        ),
    ),
    Rule(
        "uuid",
        "UUIDs: plots, widgets and runs get new ones each time",
        Pattern(
            kinds=_ALL,
            pattern=r"(?<![0-9a-zA-Z])(?P<x>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})(?![0-9a-zA-Z])",
            hint=r"-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            alike=(f'<div id="{_UUID}"></div> {_UUID}', f'<div id="{_OTHER_UUID}"></div> {_OTHER_UUID}'),
            unlike=(f"{_UUID} {_OTHER_UUID}", f"{_UUID} {_UUID}"),
        ),
    ),
    Rule(
        "cell-file",
        "the file name that IPython gives a cell: it holds the number of the process",
        Pattern(
            kinds=_ALL,
            pattern=r"(?<![\w./\\~-])(?P<x>[\w./\\~-]*ipykernel_(?:\d+|seednb)(?:/|\\{1,2})\d+\.py)",
            needs=("ipykernel_",),
            alike=("/tmp/ipykernel_17/42.py:1: x", "/var/tmp/ipykernel_seednb/42.py:1: x"),
            unlike=("/tmp/ipykernel_17/42.py:1: x", "/tmp/ipykernel_17/42.py:2: x"),
        ),
        Pattern(
            kinds=_ALL,
            pattern=r"(?P<x><ipython-input-\d+-[0-9a-f]{12}>)",
            needs=("<ipython-input-",),
            alike=("<ipython-input-3-0123456789ab>:1: x", "<ipython-input-7-0123456789ab>:1: x"),
            unlike=("<ipython-input-3-0123456789ab>:1: x", "<ipython-input-3-0123456789ab>:2: x"),
        ),
    ),
    Rule(
        "temporary-name",
        "the random part of a temporary file's or folder's name",
        Pattern(
            kinds=_ALL,
            pattern=r"(?:/tmp|/T|\\[Tt]e?mp)(?:/|\\{1,2})tmp(?P<x>[a-z0-9_]{8})(?![a-zA-Z0-9_])",
            needs=("/tmp", "\\tmp"),
            alike=("/tmp/tmpur6stt7k/a", "/tmp/tmp0l368rd1/a"),
            unlike=("/tmp/tmpur6stt7k/a", "/tmp/tmpur6stt7k/b"),
        ),
    ),
    Rule(
        "model-id",
        "the id of a widget",
        Pattern(
            kinds=(JSON, MARKUP),
            pattern=r'"model_id": ?"(?P<x>[0-9a-zA-Z_-]{8,64})"',
            needs=('"model_id"',),
            alike=(f'{{"model_id": "{_HEX32}"}}', f'{{"model_id": "{_OTHER_HEX32}"}}'),
            unlike=('{"model_id": "abcdefgh", "version_major": 2}', '{"model_id": "abcdefgh", "version_major": 1}'),
        ),
    ),
    Rule(
        "html-id",
        "ids of HTML elements with 32 hexadecimal digits: Altair, folium, `to_jshtml`",
        Pattern(
            kinds=(MARKUP,),
            pattern=r"(?<![0-9a-f])(?P<x>[0-9a-f]{32})(?![0-9a-f])",
            defined=r"(?:\bid=(?:\\?[\"']|&quot;)|\bvar |altair-viz-|_anim_)[a-zA-Z_-]{0,40}?(?:\d_)?([0-9a-f]{32})(?![0-9a-f])",
            needs=("id=", "var ", "altair-viz-", "_anim_"),
            hint=r"[0-9a-f]{32}",
            alike=(f'<img id="_anim_img{_HEX32}"> anim{_HEX32}.play()', f'<img id="_anim_img{_OTHER_HEX32}"> anim{_OTHER_HEX32}.play()'),
            unlike=(f'<p id="x">md5 {_HEX32}</p>', f'<p id="x">md5 {_OTHER_HEX32}</p>'),
        ),
    ),
    Rule(
        "styler-id",
        "the id of a table that pandas has styled",
        Pattern(
            kinds=(MARKUP, TEXT),
            pattern=r"(?<![A-Za-z0-9])T_(?P<x>[0-9a-f]{5,32})(?![A-Za-z0-9])",
            defined=r"\bid=\\?\"T_([0-9a-f]{5,32})\\?\"",
            needs=('id="T_', 'id=\\"T_'),
            alike=('<table id="T_702e7"><td id="T_702e7_row0">1', '<table id="T_3e213"><td id="T_3e213_row0">1'),
            unlike=('<table id="T_702e7"><td>T_12345', '<table id="T_702e7"><td>T_12346'),
        ),
    ),
    Rule(
        "svg-id",
        "the hashed ids of an SVG's paths, markers and clips",
        Pattern(
            kinds=(SVG, MARKUP),
            pattern=r"(?<=[#\"])(?:C[0-9a-f]{1,8}_[0-9a-f]{1,8}_|image|[mph])(?P<x>[0-9a-f]{10})(?=[\")])",
            defined=r"\bid=\"(?:C[0-9a-f]{1,8}_[0-9a-f]{1,8}_|image|[mph])([0-9a-f]{10})\"",
            needs=("<svg", "<clipPath", "<defs"),
            alike=('<defs><path id="m0123abcd01"/><use href="#m0123abcd01"/>', '<defs><path id="m9876fedc54"/><use href="#m9876fedc54"/>'),
            unlike=('<defs><g id="m0123456789"/><g fill="#ma123456789"/>', '<defs><g id="m0123456789"/><g fill="#mb123456789"/>'),
        ),
    ),
)

CUT_ADDRESS = Rule(
    "cut-address",
    "an address that pandas cut off; all get one name, for what is left tells nothing of identity",
    Pattern(
        kinds=_ALL,
        pattern=r"at (?<=\bat )(?P<x>0x[0-9a-f]{0,15})(?=\.\.\.)",
        needs=("at 0x",),
        alike=("0  <Some object at 0x7f3d8...", "0  <Some object at 0x7e8a1..."),
        unlike=("0  <Some object at 0x7f3d8... 1", "0  <Some object at 0x7f3d8... 2"),
    ),
)


def rename(text: str, kind: str, names: Names, off: Container[str] = ()) -> str:
    """Return a text in which addresses and generated ids have names."""
    return replaced([CUT_ADDRESS], replaced(RENAMINGS, text, kind, names.put, off), kind, names.put_same, off)
