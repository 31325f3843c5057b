"""Benign rules for lines that one library writes."""

from __future__ import annotations

from seednb.compare.patterns import JSON, MARKUP, SVG, TEXT, Pattern, Rule

_MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d {_MONTHS} \d{{4}}"
_ROW = "--doc-link-cv_results_ "
_SITE = ", https://matplotlib.org/</dc:title>"

LIBRARY_RULES = (
    Rule(
        "optuna-log",
        "the time at the start of Optuna's log lines",
        Pattern(
            pattern=r"^\[[DIWEC] (?P<x>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] ",
            needs=("[I ", "[W ", "[E ", "[D "),
            alike=("[I 2026-11-22 20:37:57,123] Trial 0: 1.5", "[I 2026-11-22 20:37:58,321] Trial 0: 1.5"),
            unlike=("[I 2026-11-22 20:37:57,123] Trial 0: 1.5", "[I 2026-11-22 20:37:57,123] Trial 0: 1.6"),
        ),
    ),
    Rule(
        "joblib",
        "how long joblib has been at work",
        Pattern(
            pattern=r"\| (?:elapsed|remaining):(?P<x> +[\d.]+(?:s|min))(?: remaining:(?P<y> +[\d.]+(?:s|min)))?",
            within=r"^\[Parallel\(n_jobs=-?\d+\)\]: .*$",
            needs=("[Parallel(",),
            alike=(
                "[Parallel(n_jobs=1)]: Done 20 | elapsed:    0.0s finished",
                "[Parallel(n_jobs=1)]: Done 20 | elapsed:    1.1min finished",
            ),
            unlike=("[Parallel(n_jobs=1)]: Done 20 | elapsed:    0.0s", "[Parallel(n_jobs=1)]: Done 10 | elapsed:    0.0s"),
        ),
    ),
    Rule(
        "sklearn-search",
        "how long the fits of scikit-learn's searches took",
        Pattern(
            pattern=r" total time=(?P<x> +[\d.]+(?:s|min))$",
            within=r"^\[CV[ \]].*$",
            needs=("[CV",),
            alike=("[CV 1/2] END ..d=1;, score=1.0 total time=   0.0s", "[CV 1/2] END ..d=1;, score=1.0 total time=   1.2min"),
            unlike=("[CV 1/2] END ..d=1;, score=1.0 total time=   0.0s", "[CV 1/2] END ..d=1;, score=0.9 total time=   0.0s"),
        ),
        Pattern(
            kinds=(MARKUP,),
            pattern=r"&#x27;(?:me|st)\.\.\.me&#x27;: array\((?P<x>\[[^\[\]]{0,400}\])\)",
            needs=("--doc-link-cv_results_",),
            alike=(f"{_ROW}&#x27;me...me&#x27;: array([0.1, 0.02])", f"{_ROW}&#x27;me...me&#x27;: array([0.2, 0.030])"),
            unlike=(f"{_ROW}&#x27;me...re&#x27;: array([0.1, 0.02])", f"{_ROW}&#x27;me...re&#x27;: array([0.2, 0.02])"),
        ),
        Pattern(
            kinds=(MARKUP,),
            pattern=r"--doc-link-refit_time_;\">[\s\S]{0,1000}?<td>(?P<x>[\d.e+-]+)</td>",
            needs=("--doc-link-refit_time_;",),
            alike=('--doc-link-refit_time_;">float\n<td>0.046</td>', '--doc-link-refit_time_;">float\n<td>0.011</td>'),
            unlike=('--doc-link-best_score_;">float\n<td>0.046</td>', '--doc-link-best_score_;">float\n<td>0.011</td>'),
        ),
    ),
    Rule(
        "lightgbm",
        "how long LightGBM tried out its ways of working",
        Pattern(
            pattern=r"^\[LightGBM\] \[Info\] .*the overhead of testing was (?P<x>[\d.]+) seconds\.$",
            needs=("[LightGBM]",),
            alike=(
                "[LightGBM] [Info] Auto, the overhead of testing was 0.001 seconds.",
                "[LightGBM] [Info] Auto, the overhead of testing was 0.2 seconds.",
            ),
            unlike=("[LightGBM] [Info] Total Bins 510", "[LightGBM] [Info] Total Bins 511"),
        ),
    ),
    Rule(
        "pymc",
        "how long PyMC sampled",
        Pattern(
            pattern=r"^Sampling \d+ chains? for .* draws total\) took (?P<x>\d+) seconds?\.$",
            needs=("draws total) took ",),
            alike=(
                "Sampling 4 chains for 1 tune (4_000 draws total) took 3 seconds.",
                "Sampling 4 chains for 1 tune (4_000 draws total) took 14 seconds.",
            ),
            unlike=(
                "Sampling 4 chains for 1 tune (4_000 draws total) took 3 seconds.",
                "Sampling 2 chains for 1 tune (4_000 draws total) took 3 seconds.",
            ),
        ),
    ),
    Rule(
        "pip-progress",
        "how fast pip loads a file",
        Pattern(
            pattern=r"^ +━+ [\d.]+/[\d.]+ [kMG]?B (?P<x>[\d.?]+ [kMG]?B/s(?: eta)? [-\d:]+)(?P<y> *)$",
            needs=("━",),
            alike=("   ━━━━━━ 3.4/3.4 MB 12.3 MB/s eta 0:00:00", "   ━━━━━━ 3.4/3.4 MB 8.1 MB/s eta 0:00:00"),
            unlike=("   ━━━━━━ 3.4/3.4 MB 12.3 MB/s eta 0:00:00", "   ━━━━━━ 3.5/3.5 MB 12.3 MB/s eta 0:00:00"),
        ),
    ),
    Rule(
        "statsmodels-date",
        "the date and the time in the summaries of statsmodels",
        Pattern(
            kinds=(TEXT, JSON),
            pattern=rf"^Date: +(?P<x>{_DAY})(?=   )",
            needs=("Date: ",),
            alike=(
                "Date:           Sun, 22 Nov 2026   Prob (F-statistic):  0.1",
                "Date:           Mon, 23 Nov 2026   Prob (F-statistic):  0.1",
            ),
            unlike=("Date: Sun, 22 Nov 2026", "Date: Mon, 23 Nov 2026"),
        ),
        Pattern(
            pattern=r"^Time: +(?P<x>\d\d:\d\d:\d\d)(?=   )",
            needs=("Time: ",),
            alike=("Time:         20:37:57   Log-Likelihood:   -4.2", "Time:         20:37:58   Log-Likelihood:   -4.2"),
            unlike=("Time:         20:37:57   Log-Likelihood:   -4.2", "Time:         20:37:57   Log-Likelihood:   -4.3"),
        ),
        Pattern(
            kinds=(MARKUP,),
            pattern=rf"(?:<th>Date:</th> *<td>|\\textbf\{{Date:\}} *& *)(?P<x>{_DAY})",
            needs=("Date:",),
            alike=("<th>Date:</th>             <td>Sun, 22 Nov 2026</td>", "<th>Date:</th>             <td>Mon, 23 Nov 2026</td>"),
            unlike=("<td>Sun, 22 Nov 2026</td>", "<td>Mon, 23 Nov 2026</td>"),
        ),
        Pattern(
            kinds=(MARKUP,),
            pattern=r"(?:<th>Time:</th> *<td>|\\textbf\{Time:\} *& *)(?P<x>\d\d:\d\d:\d\d)",
            needs=("Time:",),
            alike=("<th>Time:</th>                 <td>20:37:57</td>", "<th>Time:</th>                 <td>20:37:58</td>"),
            unlike=("<td>20:37:57</td>", "<td>20:37:58</td>"),
        ),
    ),
    Rule(
        "svg-creator",
        "the version of Matplotlib that an SVG names",
        Pattern(
            kinds=(SVG, MARKUP),
            pattern=r"<dc:title>Matplotlib v(?P<x>[\w.+]+), https://matplotlib\.org/</dc:title>",
            needs=("<dc:title>Matplotlib v",),
            alike=(f"<dc:title>Matplotlib v3.11.2{_SITE}", f"<dc:title>Matplotlib v3.10.0{_SITE}"),
            unlike=("<dc:title>3.11.2</dc:title>", "<dc:title>3.10.0</dc:title>"),
        ),
    ),
)
