/**
 * What the server extension answers, typed and read: nothing else of this extension reads its JSON.
 */

import type { JSONObject } from '@lumino/coreutils';
import type { IOutput } from '@jupyterlab/nbformat';

import { asVerdict, type VerdictName } from './verdicts';
import { asObject, asText, oneLine, type Json } from './wire';

/** What an empty silent request asks for. */
export interface Expressions {
  expressions: { [name: string]: string };
}

/** A silent request to the kernel. */
export interface KernelRequest extends Expressions {
  code: string;
}

/** What a replay is planned from. notebook: as it is in the editor. seed: null for the record's, or a new one. */
export interface ReplayRequest {
  path: string;
  kernel_id: string;
  notebook: unknown;
  seed: number | null;
}

/** What a replay will do. */
export interface ReplayPlan {
  id: string;
  seed: number;
  origin: string;
  /** Ids of the cells that will run, in their order. */
  cells: string[];
  /** Loads the kernel side and seeds it; null where there is nothing to send. */
  attach: KernelRequest | null;
  question: Expressions;
  /** Gives the runtime back to its user. */
  finish: Expressions;
  notices: string[];
  /** Whether there is a record to compare with. */
  recorded: boolean;
}

/** How one cell compares. */
export interface CellResult {
  index: number;
  id: string;
  verdict: VerdictName;
  cause: string;
  detail: string;
  /** The cause in words. */
  meaning: string;
  remedy: string;
}

/** What a cell held when it was recorded. */
export interface Recorded {
  outputs: IOutput[];
  execution_count: number | null;
  /** The cell's `metadata.execution`; null where there was none. */
  execution: JSONObject | null;
}

/** What a cell gave in a replay. */
export interface CellRun {
  cell: string;
  outputs: IOutput[];
  execution_count: number | null;
  event: Json | null;
  error: string | null;
}

/** What a replay's end is told. */
export interface ReplayLeft {
  /** The reply to the plan's question; null where the kernel is gone. */
  reply: object | null;
  /** Why it did not reach its end. */
  stopped: string | null;
  /** Cells that were not handed in one by one. */
  cells: CellRun[];
  /** Outputs, by the cells' ids, that later cells have updated. */
  outputs: { [id: string]: IOutput[] };
}

/** How a replay or a verification ended. */
export interface Outcome {
  verdict: string;
  reproduced: boolean;
  seed: number | null;
  counts: { [verdict: string]: number };
  first: number | null;
  firstId: string | null;
  cells: CellResult[];
  /** Where its report is, below the server's base; null where there is none. */
  report: string | null;
  notices: string[];
}

/** How a replay ended, and what belongs into the notebook now. */
export interface ReplayEnd extends Outcome {
  /** Recorded outputs of cells that reproduced. */
  keep: Map<string, Recorded>;
  /** Recorded outputs of the other cells. */
  restore: Map<string, Recorded>;
  /** The record that describes the notebook once `keep` is back. */
  record: Json | null;
  /** The record as it was. */
  recorded: Json | null;
}

/** How far a verification is. */
export interface Verification {
  n: number;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  run: number;
  runs: number;
  cell: number;
  cells: number;
  text: string;
  result: Outcome | null;
}

/** Read the plan of a replay; null where there is none. */
export function asPlan(told: Json): ReplayPlan | null {
  const { id, seed } = told;
  if (!isText(id) || typeof seed !== 'number') {
    return null;
  }
  return {
    id,
    seed,
    origin: asText(told.origin),
    cells: Array.isArray(told.cells) ? told.cells.filter(isText) : [],
    attach: asAttach(told),
    question: { expressions: asRequest(asObject(told.question)).expressions },
    finish: { expressions: asRequest(asObject(told.finish)).expressions },
    notices: asLines(told.notices),
    recorded: told.recorded === true
  };
}

/** Read the request that attaches; null where there is none to send. */
export function asAttach(told: Json): KernelRequest | null {
  const request = asObject(told.attach);
  return request && asRequest(request);
}

function asRequest(told: Json | null): KernelRequest {
  const expressions = Object.entries(asObject(told?.expressions) ?? {});
  return {
    code: typeof told?.code === 'string' ? told.code : '',
    expressions: Object.fromEntries(
      expressions.filter((pair): pair is [string, string] => isText(pair[1]))
    )
  };
}

/** Read how one cell compares. */
export function asResult(told: Json): CellResult {
  return {
    index: asNumber(told.index),
    id: asText(told.id),
    verdict: asVerdict(told.verdict),
    cause: asText(told.cause),
    detail: asText(told.detail),
    meaning: asText(told.meaning),
    remedy: asText(told.remedy)
  };
}

/** Read how a replay or a verification ended. */
export function asOutcome(told: Json): Outcome {
  const counts = Object.entries(asObject(told.counts) ?? {});
  return {
    verdict: asText(told.verdict),
    reproduced: told.reproduced === true,
    seed: typeof told.seed === 'number' ? told.seed : null,
    counts: Object.fromEntries(
      counts.map(([name, count]) => [asVerdict(name), asNumber(count)])
    ),
    first: typeof told.first === 'number' ? told.first : null,
    firstId: isText(told.first_id) ? told.first_id : null,
    cells: asList(told.cells).map(asResult),
    report: isText(told.report) ? told.report : null,
    notices: asLines(told.notices)
  };
}

/** Read how far a verification is. */
export function asVerification(told: Json): Verification {
  const state = asText(told.state);
  const result = asObject(told.result);
  const outcome = result && asOutcome(result);
  if (outcome && isText(told.report)) {
    outcome.report = told.report;
    outcome.notices = asLines(told.notices);
  }
  return {
    n: asNumber(told.n),
    state:
      state === 'running' || state === 'done' || state === 'cancelled'
        ? state
        : 'failed',
    run: asNumber(told.run),
    runs: asNumber(told.runs),
    cell: asNumber(told.cell),
    cells: asNumber(told.cells),
    text: oneLine(asText(told.text)),
    result: outcome
  };
}

/** Read what cells held when they were recorded. */
export function asRecordings(value: unknown): Map<string, Recorded> {
  const entries = Object.entries(asObject(value) ?? {});
  return new Map(
    entries.map(([id, item]) => {
      const told = asObject(item);
      return [
        id,
        {
          outputs: asList(told?.outputs) as unknown as IOutput[],
          execution_count:
            typeof told?.execution_count === 'number'
              ? told.execution_count
              : null,
          execution: asObject(told?.execution) as JSONObject | null
        }
      ];
    })
  );
}

/** Read a list of objects. */
export function asList(value: unknown): Json[] {
  return Array.isArray(value)
    ? value.map(asObject).filter((item): item is Json => item !== null)
    : [];
}

/** Read some lines of text. */
function asLines(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText).map(oneLine) : [];
}

/** Read a number; 0 for anything else. */
export function asNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** Tell whether a value is a text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
