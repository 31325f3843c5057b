/**
 * What the toolbar shows of one notebook, as data: no document, no kernel, no requests.
 *
 * The link, the record writer and the controller of replays dispatch actions; pill and popover draw what comes out.
 */

import type { Current, KernelEvent, Mode, RecordSummary } from './wire';

/** How far the kernel is ours. */
export type Loaded =
  | 'unknown' // no kernel yet, or it has not answered
  | 'no-kernel'
  | 'other-language' // replays and verifications run, live seeding does not
  | 'unseen' // the kernel evaluates no user expressions, as JupyterLite's: it can be told nothing, and asked nothing
  | 'no' // seednb is not loaded there
  | 'old' // the kernel's seednb speaks an older version of the messages
  | 'newer'
  | 'yes';

/** A replay or a verification that is under way. */
export interface Activity {
  kind: 'replay' | 'verify';
  seed: number | null;
  /** Cells that are done, of how many. */
  cell: number;
  cells: number;
  /** One line, shown in the popover. */
  text: string;
}

/** How the last replay or verification ended. */
export interface Verdict {
  kind: 'reproduced' | 'recorded' | 'diverged' | 'failed' | 'stopped';
  of: 'replay' | 'verify';
  seed: number | null;
  /** Number of the first cell that differs, from 1, among all cells as in the reports; null where none does. */
  first: number | null;
  firstId: string | null;
  /** Verdict → number of cells. */
  counts: { [verdict: string]: number };
  /** Why the first cell differs, as `explained` says it; or what went wrong. */
  text: string;
  hasReport: boolean;
  canRestore: boolean;
}

/** What differs between the record and this runtime. */
export interface Difference {
  name: string;
  first: string;
  second: string;
}

/** What the kernel has said of itself, without what only the record writer needs. */
export interface Runtime {
  epoch: string;
  seed: number | null;
  origin: string;
  mode: Mode;
  strict: boolean;
}

export interface PanelState {
  loaded: Loaded;
  language: string;
  runtime: Runtime | null;
  record: RecordSummary | null;
  /** Whether a cell has run in this runtime, as far as this page knows. */
  ran: boolean;
  /** Whether this page's user has chosen the seed in this runtime, if only by asking for a new one. */
  chosen: boolean;
  /** Sources that this runtime's cells have drawn from. */
  draws: string[];
  activity: Activity | null;
  verdict: Verdict | null;
  differences: Difference[];
  /** What is being asked of the kernel, in a word or two; empty when nothing is. */
  asking: string;
  /** The last thing that a user should know, in one line. */
  message: { text: string; failed: boolean } | null;
}

export type Action =
  | { type: 'loaded'; loaded: Loaded; language: string }
  | { type: 'current'; current: Current; cells: { [key: string]: string } }
  | { type: 'event'; event: KernelEvent }
  | { type: 'record'; record: RecordSummary | null }
  | { type: 'ran' }
  | { type: 'chosen' }
  | { type: 'activity'; activity: Activity | null }
  | { type: 'verdict'; verdict: Verdict | null }
  | { type: 'differences'; differences: Difference[] }
  | { type: 'asking'; asking: string }
  | { type: 'message'; text: string; failed?: boolean };

/** The state of a notebook of which nothing is known yet. */
export const INITIAL: PanelState = {
  loaded: 'unknown',
  language: '',
  runtime: null,
  record: null,
  ran: false,
  chosen: false,
  draws: [],
  activity: null,
  verdict: null,
  differences: [],
  asking: '',
  message: null
};

/** Return the state after an action. */
export function reduce(state: PanelState, action: Action): PanelState {
  switch (action.type) {
    case 'loaded':
      return loaded(state, action.loaded, action.language);
    case 'current':
      return current(state, action.current, action.cells);
    case 'event':
      return event(state, action.event);
    case 'record':
      return { ...state, record: action.record };
    case 'ran':
      return ran(state);
    case 'chosen':
      return { ...state, chosen: true, verdict: null };
    case 'activity':
      return { ...state, activity: action.activity };
    case 'verdict':
      return { ...state, activity: null, verdict: action.verdict };
    case 'differences':
      return { ...state, differences: action.differences };
    case 'asking':
      return { ...state, asking: action.asking };
    case 'message':
      return {
        ...state,
        message: action.text
          ? { text: action.text, failed: action.failed ?? false }
          : null
      };
  }
}

/** Return the seed that a press on replay would use, and that the pill shows. */
export function shownSeed(state: PanelState): number | null {
  const { runtime, record, activity, verdict } = state;
  if (activity && activity.seed !== null) {
    return activity.seed;
  }
  if (verdict && verdict.seed !== null) {
    return verdict.seed;
  }
  if (record && (!runtime || runtime.seed === null || isUnused(state))) {
    return record.seed;
  }
  return runtime?.seed ?? null;
}

/** Tell whether the runtime's seed is one that nobody chose and nothing has drawn from. */
export function isUnused(state: PanelState): boolean {
  const { ran, chosen, runtime } = state;
  return !ran && !chosen && runtime?.origin === 'generated';
}

/** Tell whether the notebook's record names another seed than the one in force, and could be followed. */
export function offersRecord(state: PanelState): boolean {
  const { record, runtime, loaded: how } = state;
  return record !== null && (how === 'no' || (how === 'yes' && runtime !== null && runtime.seed !== record.seed));
}

function ran(state: PanelState): PanelState {
  const verdict = state.activity?.kind === 'replay' ? state.verdict : null;
  return state.ran && verdict === state.verdict ? state : { ...state, ran: true, verdict };
}

function loaded(state: PanelState, how: Loaded, language: string): PanelState {
  const gone = how !== 'yes';
  return {
    ...state,
    loaded: how,
    language,
    runtime: gone ? null : state.runtime,
    ran: gone ? false : state.ran,
    draws: gone ? [] : state.draws,
    differences: gone ? [] : state.differences
  };
}

function current(
  state: PanelState,
  now: Current,
  cells: { [key: string]: string }
): PanelState {
  const same = state.runtime?.epoch === now.epoch;
  const lines = Object.values(cells);
  return {
    ...state,
    runtime: {
      epoch: now.epoch,
      seed: now.reseeds[now.reseeds.length - 1]?.[1] ?? now.seed,
      origin: now.origin,
      mode: now.mode,
      strict: now.strict
    },
    ran: (same && state.ran) || lines.length > 0,
    chosen: same && state.chosen,
    draws: drawn(same ? state.draws : [], lines.flatMap(sourcesOfLine)),
    verdict: same || state.activity || state.verdict?.of === 'verify' ? state.verdict : null
  };
}

function event(state: PanelState, said: KernelEvent): PanelState {
  const { runtime } = state;
  if (!runtime || runtime.epoch !== said.epoch) {
    return state;
  }
  if (said.event === 'cell') {
    const draws = drawn(state.draws, Object.keys(said.sources));
    return draws === state.draws && state.ran
      ? state
      : { ...state, draws, ran: true };
  }
  if (said.event === 'state') {
    const { seed, origin, mode, strict } = said;
    return { ...state, runtime: { ...runtime, seed, origin, mode, strict } };
  }
  return state;
}

/** Return the sources that a record's line names. */
export function sourcesOfLine(line: string): string[] {
  return line
    .split(' ')
    .filter(word => word.includes('=') && !/^[sovk]=/.test(word))
    .map(word => word.slice(0, word.indexOf('=')));
}

function drawn(before: string[], more: string[]): string[] {
  const all = new Set(before);
  more.forEach(name => all.add(name));
  return all.size === before.length ? before : [...all].sort();
}
