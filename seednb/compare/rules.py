"""Benign rules: clocks and places in contexts that are known to mean nothing. Output that only they make equal is `equivalent`.

Each is bound to the line that a known program writes. A number with a unit anywhere else is data.
"""

from __future__ import annotations

import re

from seednb.compare.library_rules import LIBRARY_RULES
from seednb.compare.patterns import JSON, MARKUP, SVG, TEXT, Pattern, Rule, Unordered
from seednb.compare.texts import marked

_TEXTS = (TEXT, JSON)
_RATE = r"(?:\?|\d[\d.]*)(?:[kMGTPEZY]?i? ?[A-Za-z]{0,20}/s|s/ ?[A-Za-z]{1,20})"
_BAR = r"\[\d+:\d\d[<:,]"
_PASSED = r"\d+:\d\d(?::\d\d)?"
_QUANTITY = r"\d[\d.]*(?:e[-+]\d+)? ?(?:ns|[uµμ]s|ms|s|min|h|d)\b(?: \d[\d.]* ?(?:s|min|h)\b){0,3}"
_DATE = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"
_LEVEL = r"(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b"
_RUNS = r"\(mean ± std\. dev\. of \d+ runs?"
_LOOPS = r"(?P<z>[\d,]+) loops? each\)"
_LOG = rf"(?=\]?[ :|\]-]{{1,4}}.{{0,80}}\b{_LEVEL}|:[\w.]+:\d+: )"
_TIMEIT = "per loop (mean ± std. dev. of 7 runs,"
_PROFILE = "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)"
_ROW = "        1    0.001    0.001    0.001    0.001 a.py:{0}(f)"
_TF = "tensorflow/core/util/port.cc:153] oneDNN custom operations are on"

RULES = (
    Rule(
        "tqdm",
        "tqdm's bars and counters: how long it took, how fast it went, and how wide the bar is drawn",
        Pattern(
            kinds=_TEXTS,
            pattern=rf"\d%\|(?P<x>[^|\n]*)\| *[\w.?]+/[\w.?]+ \[(?P<y>{_PASSED}<(?:{_PASSED}|\?), *{_RATE})(?:, [^\]\n]*)?\](?P<z> *)",
            needs=("%|",),
            hint=_BAR,
            alike=("a:  50%|█████     | 1/2 [00:01<00:02, 3.1it/s, l=1]", "a:  50%|████▉     | 1/2 [00:03<?, 12.5s/it, l=1]"),
            unlike=("a:  50%|█████     | 1/2 [00:01<00:02, 3.1it/s, l=1]", "a:  50%|█████     | 1/2 [00:01<00:02, 3.1it/s, l=2]"),
        ),
        Pattern(
            kinds=_TEXTS,
            pattern=rf"(?<![\w.])[\d.]+[ \w]{{1,24}} \[(?P<y>{_PASSED}, *{_RATE})(?:, [^\]\n]*)?\](?P<z> *)",
            needs=("/s", "s/"),
            hint=_BAR,
            alike=("9it [00:00, 49.41it/s]", "9it [00:01, 47.97it/s] "),
            unlike=("9it [00:00, 49.41it/s]", "8it [00:00, 49.41it/s]"),
        ),
        Pattern(
            pattern=rf"(?<![\w.])[\d.]+\w{{0,24}}(?:/[\w.?]+)?\u2007\[(?P<y>{_PASSED}(?:&lt;(?:{_PASSED}|\?))?,\u2007+{_RATE})(?=,|\])",
            needs=("\u2007[",),
            alike=("\u20073/3\u2007[00:00&lt;00:00,\u2007116.06it/s]", "\u20073/3\u2007[00:01&lt;00:00,\u2007\u20072.30s/it]"),
            unlike=("\u20073/3\u2007[00:00&lt;00:00,\u2007116.06it/s]", "\u20072/3\u2007[00:00&lt;00:00,\u2007116.06it/s]"),
        ),
    ),
    Rule(
        "keras-progress",
        "Keras's bars and epoch lines: the time that an epoch or a step took",
        Pattern(
            pattern=r"(?<= )(?P<x>\d+s|\d+(?::\d\d){1,2}|\d+[num]?s/(?:step|epoch|sample))(?= |$)",
            within=r"^ *\d+/(?:\d+|Unknown) (?:━|\[=|- \d+s - ).*$",
            needs=("━", "[=", "s/step", "s/epoch"),
            alike=("2/2 ━━━━ 1s 3ms/step - loss: 0.5", "2/2 ━━━━ 0s 12ms/step - loss: 0.5"),
            unlike=("2/2 ━━━━ 1s 3ms/step - loss: 0.5", "2/2 ━━━━ 1s 3ms/step - loss: 0.6"),
        ),
    ),
    Rule(
        "time-magic",
        "what `%time`, `%%time` and `time` in a shell say of how long something took",
        Pattern(
            pattern=rf"^(?:CPU times: user |Wall time: |(?:Compiler|Parser) +: )(?P<x>{_QUANTITY}(?:, (?:sys|total): {_QUANTITY}){{0,2}})$",
            needs=("CPU times: ", "Wall time: "),
            alike=(
                "CPU times: user 3 ms, sys: 0 ns, total: 3 ms\nWall time: 1min 3s",
                "CPU times: user 4 ms, sys: 1 μs, total: 5 ms\nWall time: 4 s",
            ),
            unlike=("Wall time: 3 ms of 5", "Wall time: 3 ms of 6"),
        ),
        Pattern(
            pattern=r"^CPU times: total: (?P<x>\d[\d.]* [num]?s)$",
            needs=("CPU times: total",),
            alike=("CPU times: total: 15.6 ms", "CPU times: total: 0 ns"),
            unlike=("CPU times: total: 15.6 ms, 3", "CPU times: total: 15.6 ms, 4"),
        ),
        Pattern(
            pattern=r"^(?:real|user|sys)\t(?P<x>\d+m\d+\.\d+s)$",
            needs=("\nreal\t", "\nuser\t"),
            alike=("\nreal\t0m1.003s\nuser\t0m0.9s", "\nreal\t0m1.103s\nuser\t0m0.8s"),
            unlike=("\nreal\t1", "\nreal\t2"),
        ),
    ),
    Rule(
        "timeit",
        "what `%timeit` says of how long a loop takes, and how many loops it chose to run",
        Pattern(
            pattern=rf"^(?P<x>(?:The slowest run took .*\n)?)(?P<y>{_QUANTITY} ± {_QUANTITY}) per loop {_RUNS}, {_LOOPS}$",
            needs=(" per loop (mean ± std. dev. of ",),
            alike=(f"The slowest run took 4.4 times longer.\n1 μs ± 2 ns {_TIMEIT} 1 loop each)", f"1 μs ± 2 ns {_TIMEIT} 1 loop each)"),
            unlike=("The slowest run took 4 times longer", "The slowest run took 5 times longer"),
        ),
        Pattern(
            kinds=_TEXTS,
            pattern=rf"(?<![\d.])(?P<x>{_QUANTITY} ± {_QUANTITY}) per loop {_RUNS}, (?P<y>[\d,]+) loops? each\)",
            needs=(" per loop (mean ± std. dev. of ",),
            alike=(f"1.2 μs ± 25.1 ns {_TIMEIT} 100,000 loops each)", f"1.4 μs ± 84.7 ns {_TIMEIT} 1,000,000 loops each)"),
            unlike=("took 1.2 μs ± 25.1 ns per loop", "took 1.4 μs ± 25.1 ns per loop"),
        ),
        Pattern(
            pattern=r"^(?P<x>\d+) loops?, best of \d+: (?P<y>[\d.]+ [num]?s(?:ec)?) per loop$",
            needs=(" best of ",),
            alike=("100 loops, best of 5: 1.2 usec per loop", "50 loops, best of 5: 5 msec per loop"),
            unlike=("best of 5: 1.2", "best of 5: 1.3"),
        ),
    ),
    Rule(
        "profile",
        "the seconds in the tables of `%prun` and cProfile, and the order of their rows; what was called, and how often, stays",
        Pattern(
            pattern=r"^ +\d+ function calls (?:\(\d+ primitive calls\) )?in (?P<x>\d+\.\d+) seconds$",
            needs=(" function calls ",),
            alike=("   4 function calls in 0.001 seconds", "   4 function calls in 0.012 seconds"),
            unlike=("   4 function calls in 0.001 seconds", "   5 function calls in 0.001 seconds"),
        ),
        Pattern(
            pattern=r"^ +\d+(?:/\d+)?(?P<x>(?: +\d+\.\d{3}){4})(?= \S.*[)}]$)",
            needs=("   ncalls  tottime  percall  cumtime  percall filename",),
            alike=(
                "   ncalls  tottime  percall  cumtime  percall filename\n  1  0.001  0.001  0.001  0.001 a.py:1(f)",
                "   ncalls  tottime  percall  cumtime  percall filename\n  1  0.002  0.001  0.011  0.001 a.py:1(f)",
            ),
            unlike=("  1  0.001  0.001  0.001  0.001 (f)", "  1  0.002  0.001  0.001  0.001 (f)"),
        ),
        Unordered(
            pattern=rf"(?<={re.escape(_PROFILE)}\n)(?P<x>(?: +\d+(?:/\d+)?{re.escape(marked('profile'))} [^\n]+(?:\n|$))+)",
            needs=(_PROFILE,),
            alike=(f"{_PROFILE}\n{_ROW.format(1)}\n{_ROW.format(2)}\n", f"{_PROFILE}\n{_ROW.format(2)}\n{_ROW.format(1)}\n"),
            unlike=(f"{_PROFILE}\n{_ROW.format(1)}\n{_ROW.format(1)}\n", f"{_PROFILE}\n{_ROW.format(1)}\n{_ROW.format(2)}\n"),
        ),
    ),
    Rule(
        "tensorflow-log",
        "the time at the start of TensorFlow's log lines",
        Pattern(
            pattern=rf"^(?P<x>{_DATE}\.\d{{6}}): [IWEF] (?=\S+:\d+\])",
            needs=(": I ", ": W ", ": E ", ": F "),
            alike=(f"2026-11-22 20:37:57.123456: I {_TF}", f"2026-11-22 20:37:58.654321: I {_TF}"),
            unlike=("2026-11-22 20:37:57.123456: I am", "2026-11-22 20:37:58.123456: I am"),
        ),
    ),
    Rule(
        "absl-log",
        "the time and the thread at the start of absl's log lines",
        Pattern(
            pattern=r"^[IWEF](?P<x>\d{4} \d\d:\d\d:\d+\.\d{6} +\d+)(?= \S+:\d+\] )",
            needs=("] ",),
            alike=("I0000 00:00:1795467984.842044    4903 a.cc:227] x", "I0000 00:00:1795468056.518927   15133 a.cc:227] x"),
            unlike=("I0000 00:00:1795467984.842044    4903 a.cc:227] 1", "I0000 00:00:1795467984.842044    4903 a.cc:227] 2"),
        ),
    ),
    Rule(
        "log-time",
        "the time at the start of a log line",
        Pattern(
            pattern=rf"^(?P<x>{_DATE},\d{{3}}) ",
            needs=(",",),
            hint=r":\d\d,\d{3} ",
            alike=("2026-11-22 20:37:57,123 hello", "2026-11-23 20:37:58,124 hello"),
            unlike=("2026-11-22 20:37:57", "2026-11-22 20:37:58"),
        ),
        Pattern(
            pattern=rf"^(?:{_LEVEL}:|\[?)(?P<x>(?:{_DATE}|\d\d:\d\d:\d\d)(?:[.,]\d+)?){_LOG}",
            needs=("DEBUG", "INFO", "WARN", "ERROR", "CRITICAL", "FATAL"),
            alike=("20:37:57 - cmdstanpy - INFO - Chain [1] done", "20:37:59 - cmdstanpy - INFO - Chain [1] done"),
            unlike=("20:37:57 - Chain [1] done", "20:37:59 - Chain [1] done"),
        ),
    ),
    Rule(
        "warning-place",
        "the file and the line that a warning names; its category and its message stay",
        Pattern(
            pattern=r"^(?P<x>(?:[A-Za-z]:)?[^\s:][^:\n]*:\d+): (?=[A-Za-z_.]*Warning: )",
            needs=("Warning: ",),
            alike=("/a/site-packages/b.py:12: UserWarning: x", "/home/c/site-packages/b.py:15: UserWarning: x"),
            unlike=("/a/site-packages/b.py:12: UserWarning: x", "/a/site-packages/b.py:12: UserWarning: y"),
        ),
    ),
    *LIBRARY_RULES,
    Rule(
        "svg-date",
        "the date at which an SVG was drawn",
        Pattern(
            kinds=(SVG, MARKUP),
            pattern=r"<dc:date>(?P<x>[^<]*)</dc:date>",
            needs=("<dc:date>",),
            alike=("<dc:date>2026-11-22T20:37:57.1</dc:date>", "<dc:date>2026-11-22T20:37:58.2</dc:date>"),
            unlike=("<text>2026-11-22T20:37:57.1</text>", "<text>2026-11-22T20:37:58.2</text>"),
        ),
    ),
)
