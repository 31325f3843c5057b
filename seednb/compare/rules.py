"""Benign rules: clocks and places in contexts that are known to mean nothing. Output that only they make equal is `equivalent`.

Each is bound to the line that a known program writes. A number with a unit anywhere else is data.
"""

from __future__ import annotations

from seednb.compare.library_rules import LIBRARY_RULES
from seednb.compare.patterns import JSON, MARKUP, SVG, TEXT, Hit, Pattern, mask

_TEXTS = (TEXT, JSON)
_RATE = r"(?:\?|\d[\d.]*)(?:[kMGTPEZY]?i? ?[A-Za-z]{0,20}/s|s/ ?[A-Za-z]{1,20})"
_BAR = r"\[\d+:\d\d[<:,]"
_PASSED = r"\d+:\d\d(?::\d\d)?"
_QUANTITY = r"\d[\d.]*(?:e[-+]\d+)? ?(?:ns|[uµμ]s|ms|s|min|h|d)\b(?: \d[\d.]* ?(?:s|min|h)\b){0,3}"
_DATE = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"
_LEVEL = r"(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b"
_RUNS = r"\(mean ± std\. dev\. of \d+ runs?"
_TIMEIT = "per loop (mean ± std. dev. of 7 runs,"
_TF = "tensorflow/core/util/port.cc:153] oneDNN custom operations are on"

RULES = (
    Pattern(
        name="tqdm",
        kinds=_TEXTS,
        pattern=rf"\d%\|(?P<x>[^|\n]*)\| *[\w.?]+/[\w.?]+ \[(?P<y>{_PASSED}<(?:{_PASSED}|\?), *{_RATE})(?:, [^\]\n]*)?\](?P<z> *)",
        needs=("%|",),
        hint=_BAR,
        alike=("a:  50%|█████     | 1/2 [00:01<00:02, 3.1it/s, l=1]", "a:  50%|████▉     | 1/2 [00:03<?, 12.5s/it, l=1]"),
        unlike=("a:  50%|█████     | 1/2 [00:01<00:02, 3.1it/s, l=1]", "a:  50%|█████     | 1/2 [00:01<00:02, 3.1it/s, l=2]"),
    ),
    Pattern(
        name="tqdm",
        kinds=_TEXTS,
        pattern=rf"(?<![\w.])[\d.]+[ \w]{{1,24}} \[(?P<y>{_PASSED}, *{_RATE})(?:, [^\]\n]*)?\](?P<z> *)",
        needs=("/s", "s/"),
        hint=_BAR,
        alike=("9it [00:00, 49.41it/s]", "9it [00:01, 47.97it/s] "),
        unlike=("9it [00:00, 49.41it/s]", "8it [00:00, 49.41it/s]"),
    ),
    Pattern(
        name="keras-progress",
        pattern=r"(?<= )(?P<x>\d+s|\d+(?::\d\d){1,2}|\d+[num]?s/(?:step|epoch|sample))(?= |$)",
        within=r"^ *\d+/(?:\d+|Unknown) (?:━|\[=|- \d+s - ).*$",
        needs=("━", "[=", "s/step", "s/epoch"),
        alike=("2/2 ━━━━ 1s 3ms/step - loss: 0.5", "2/2 ━━━━ 0s 12ms/step - loss: 0.5"),
        unlike=("2/2 ━━━━ 1s 3ms/step - loss: 0.5", "2/2 ━━━━ 1s 3ms/step - loss: 0.6"),
    ),
    Pattern(
        name="time-magic",
        pattern=rf"^(?:CPU times: user |Wall time: |(?:Compiler|Parser) +: )(?P<x>{_QUANTITY}(?:, (?:sys|total): {_QUANTITY}){{0,2}})$",
        needs=("CPU times: ", "Wall time: "),
        alike=(
            "CPU times: user 3 ms, sys: 0 ns, total: 3 ms\nWall time: 1min 3s",
            "CPU times: user 4 ms, sys: 1 μs, total: 5 ms\nWall time: 4 s",
        ),
        unlike=("Wall time: 3 ms of 5", "Wall time: 3 ms of 6"),
    ),
    Pattern(
        name="time-magic",
        pattern=r"^CPU times: total: (?P<x>\d[\d.]* [num]?s)$",
        needs=("CPU times: total",),
        alike=("CPU times: total: 15.6 ms", "CPU times: total: 0 ns"),
        unlike=("CPU times: total: 15.6 ms, 3", "CPU times: total: 15.6 ms, 4"),
    ),
    Pattern(
        name="time-magic",
        pattern=r"^(?:real|user|sys)\t(?P<x>\d+m\d+\.\d+s)$",
        needs=("\nreal\t", "\nuser\t"),
        alike=("\nreal\t0m1.003s\nuser\t0m0.9s", "\nreal\t0m1.103s\nuser\t0m0.8s"),
        unlike=("\nreal\t1", "\nreal\t2"),
    ),
    Pattern(
        name="timeit",
        pattern=rf"^(?P<x>(?:The slowest run took .*\n)?)(?P<y>{_QUANTITY} ± {_QUANTITY}) per loop {_RUNS}, (?P<z>[\d,]+) loops? each\)$",
        needs=(" per loop (mean ± std. dev. of ",),
        alike=(f"The slowest run took 4.4 times longer.\n1 μs ± 2 ns {_TIMEIT} 1 loop each)", f"1 μs ± 2 ns {_TIMEIT} 1 loop each)"),
        unlike=("The slowest run took 4 times longer", "The slowest run took 5 times longer"),
    ),
    Pattern(
        name="timeit",
        kinds=_TEXTS,
        pattern=rf"(?<![\d.])(?P<x>{_QUANTITY} ± {_QUANTITY}) per loop {_RUNS}, (?P<y>[\d,]+) loops? each\)",
        needs=(" per loop (mean ± std. dev. of ",),
        alike=(f"1.2 μs ± 25.1 ns {_TIMEIT} 100,000 loops each)", f"1.4 μs ± 84.7 ns {_TIMEIT} 1,000,000 loops each)"),
        unlike=("took 1.2 μs ± 25.1 ns per loop", "took 1.4 μs ± 25.1 ns per loop"),
    ),
    Pattern(
        name="timeit",
        pattern=r"^(?P<x>\d+) loops?, best of \d+: (?P<y>[\d.]+ [num]?s(?:ec)?) per loop$",
        needs=(" best of ",),
        alike=("100 loops, best of 5: 1.2 usec per loop", "50 loops, best of 5: 5 msec per loop"),
        unlike=("best of 5: 1.2", "best of 5: 1.3"),
    ),
    Pattern(
        name="profile",
        pattern=r"^ +\d+ function calls (?:\(\d+ primitive calls\) )?in (?P<x>\d+\.\d+) seconds$",
        needs=(" function calls ",),
        alike=("   4 function calls in 0.001 seconds", "   4 function calls in 0.012 seconds"),
        unlike=("   4 function calls in 0.001 seconds", "   5 function calls in 0.001 seconds"),
    ),
    Pattern(
        name="profile",
        pattern=r"^ +\d+(?:/\d+)?(?P<x>(?: +\d+\.\d{3}){4})(?= \S.*[)}]$)",
        needs=("   ncalls  tottime  percall  cumtime  percall filename",),
        alike=(
            "   ncalls  tottime  percall  cumtime  percall filename\n  1  0.001  0.001  0.001  0.001 a.py:1(f)",
            "   ncalls  tottime  percall  cumtime  percall filename\n  1  0.002  0.001  0.011  0.001 a.py:1(f)",
        ),
        unlike=("  1  0.001  0.001  0.001  0.001 (f)", "  1  0.002  0.001  0.001  0.001 (f)"),
    ),
    Pattern(
        name="tensorflow-log",
        pattern=rf"^(?P<x>{_DATE}\.\d{{6}}): [IWEF] (?=\S+:\d+\])",
        needs=(": I ", ": W ", ": E ", ": F "),
        alike=(f"2026-11-22 20:37:57.123456: I {_TF}", f"2026-11-22 20:37:58.654321: I {_TF}"),
        unlike=("2026-11-22 20:37:57.123456: I am", "2026-11-22 20:37:58.123456: I am"),
    ),
    Pattern(
        name="absl-log",
        pattern=r"^[IWEF](?P<x>\d{4} \d\d:\d\d:\d+\.\d{6} +\d+)(?= \S+:\d+\] )",
        needs=("] ",),
        alike=("I0000 00:00:1795467984.842044    4903 a.cc:227] x", "I0000 00:00:1795468056.518927   15133 a.cc:227] x"),
        unlike=("I0000 00:00:1795467984.842044    4903 a.cc:227] 1", "I0000 00:00:1795467984.842044    4903 a.cc:227] 2"),
    ),
    Pattern(
        name="log-time",
        pattern=rf"^(?P<x>{_DATE},\d{{3}}) ",
        needs=(",",),
        hint=r":\d\d,\d{3} ",
        alike=("2026-11-22 20:37:57,123 hello", "2026-11-23 20:37:58,124 hello"),
        unlike=("2026-11-22 20:37:57", "2026-11-22 20:37:58"),
    ),
    Pattern(
        name="log-time",
        pattern=rf"^(?:{_LEVEL}:|\[?)(?P<x>(?:{_DATE}|\d\d:\d\d:\d\d)(?:[.,]\d+)?)(?=\]?[ :|\]-]{{1,4}}.{{0,80}}\b{_LEVEL}|:[\w.]+:\d+: )",
        needs=("DEBUG", "INFO", "WARN", "ERROR", "CRITICAL", "FATAL"),
        alike=("20:37:57 - cmdstanpy - INFO - Chain [1] done", "20:37:59 - cmdstanpy - INFO - Chain [1] done"),
        unlike=("20:37:57 - Chain [1] done", "20:37:59 - Chain [1] done"),
    ),
    Pattern(
        name="warning-place",
        pattern=r"^(?P<x>(?:[A-Za-z]:)?[^\s:][^:\n]*:\d+): (?=[A-Za-z_.]*Warning: )",
        needs=("Warning: ",),
        alike=("/a/site-packages/b.py:12: UserWarning: x", "/home/c/site-packages/b.py:15: UserWarning: x"),
        unlike=("/a/site-packages/b.py:12: UserWarning: x", "/a/site-packages/b.py:12: UserWarning: y"),
    ),
    *LIBRARY_RULES,
    Pattern(
        name="svg-date",
        kinds=(SVG, MARKUP),
        pattern=r"<dc:date>(?P<x>[^<]*)</dc:date>",
        needs=("<dc:date>",),
        alike=("<dc:date>2026-11-22T20:37:57.1</dc:date>", "<dc:date>2026-11-22T20:37:58.2</dc:date>"),
        unlike=("<text>2026-11-22T20:37:57.1</text>", "<text>2026-11-22T20:37:58.2</text>"),
    ),
)


def apply_rules(text: str, kind: str) -> tuple[str, list[Hit]]:
    """Return a text with what benign rules find replaced by their names, and what they found."""
    return mask(RULES, text, kind)
