/**
 * How far a replay is, as data: what the pill, the marks and the summary say follows from it.
 */

import type { CellResult, Outcome } from './answers';
import type { Activity, Verdict } from './state';
import { VERDICTS, isBad } from './verdicts';

/** A replay so far. */
export interface Progress {
  seed: number;
  /** Ids of the cells that will run, in their order. */
  cells: readonly string[];
  /** Cells that have run. */
  done: number;
  /** The cell that is running. */
  running: string | null;
  /** The first cell, in the order of the run, that differs or failed. */
  first: CellResult | null;
}

/** Something that happened in a replay. */
export type Step =
  | { type: 'started'; cell: string }
  | { type: 'ran'; cell: string }
  | { type: 'compared'; results: readonly CellResult[] };

/** Return the progress of a replay that has not begun. */
export function planned(seed: number, cells: readonly string[]): Progress {
  return { seed, cells, done: 0, running: null, first: null };
}

/** Return the progress after a step. */
export function advance(progress: Progress, step: Step): Progress {
  switch (step.type) {
    case 'started':
      return { ...progress, running: step.cell };
    case 'ran':
      return {
        ...progress,
        running: progress.running === step.cell ? null : progress.running,
        done: progress.done + 1
      };
    case 'compared':
      return step.results.reduce(compared, progress);
  }
}

/** Return how many cells have which verdict, from best to worst. */
export function counts(results: Iterable<CellResult>): {
  [verdict: string]: number;
} {
  const all = [...results];
  const found = VERDICTS.map(
    name => [name, all.filter(result => result.verdict === name).length] as const
  );
  return Object.fromEntries(found.filter(([, count]) => count > 0));
}

/** Return what the pill shows while a replay goes on. */
export function activityOf(progress: Progress, text: string): Activity {
  const { seed, cells, done, running } = progress;
  return {
    kind: 'replay',
    seed,
    cell: Math.min(done + (running === null ? 0 : 1), cells.length),
    cells: cells.length,
    text
  };
}

/** Return what the pill shows of a replay or a verification that has ended. */
export function verdictOf(
  of: 'replay' | 'verify',
  outcome: Outcome,
  more: {
    seed: number | null;
    recorded: boolean;
    stopped: string;
    canRestore: boolean;
  }
): Verdict {
  const first = firstBad(outcome);
  return {
    kind: kindOf(first, more),
    of,
    seed: outcome.seed ?? more.seed,
    first: first ? first.index + 1 : null,
    firstId: first ? first.id : null,
    counts: outcome.counts,
    text: more.stopped || (first ? explained(first) : ''),
    hasReport: outcome.report !== null,
    canRestore: more.canRestore
  };
}

/** Return the first cell that differs or failed. */
export function firstBad(outcome: Outcome): CellResult | null {
  return (
    outcome.cells.find(cell => cell.id !== '' && cell.id === outcome.firstId) ??
    outcome.cells.find(cell => isBad(cell.verdict)) ??
    null
  );
}

/** Return why a cell differs and what to do about it, in one line; and below, what differs in it. */
export function explained(result: CellResult): string {
  const { detail, meaning, remedy } = result;
  const advice = [meaning, remedy].filter(text => text !== '').join(' ');
  return [advice, detail].filter(text => text !== '').join('\n');
}

function compared(progress: Progress, result: CellResult): Progress {
  const place = (id: string): number => progress.cells.indexOf(id);
  const { first } = progress;
  const earlier =
    isBad(result.verdict) &&
    (first === null || place(result.id) < place(first.id));
  return earlier ? { ...progress, first: result } : progress;
}

function kindOf(
  first: CellResult | null,
  more: { recorded: boolean; stopped: string }
): Verdict['kind'] {
  if (first) {
    return first.verdict === 'failed' ? 'failed' : 'diverged';
  }
  if (more.stopped) {
    return 'stopped';
  }
  return more.recorded ? 'reproduced' : 'recorded';
}
