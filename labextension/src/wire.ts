/**
 * What kernels and notebooks send, typed and bounded: nothing else of the extension reads their JSON.
 *
 * The counterpart of `seednb/wire.py`; `tests/vectors/messages.json` has one of each message, which both test.
 */

import type { Json } from './bounds';
import { MAX_ITEMS, MAX_KEY, asObject, asTable, asText, asTexts, fromJson, isSeed, oneLine } from './bounds';

export type { Json } from './bounds';
export { MAX_SEED, asObject, asText, fromPython, isSeed, oneLine, readSeed } from './bounds';

/** The version of the messages that this extension speaks. */
export const WIRE_VERSION = 3;
/** The type of the IOPub messages that a kernel sends to its listeners. */
export const EVENT_TYPE = 'seednb_event';
/** The key of the record in the notebook's metadata. */
export const RECORD_KEY = 'seednb';
/** The version of the record that this extension writes; a newer one is left as it is. */
export const RECORD_VERSION = 1;
const MAX_ANSWER = 16 * 1024 * 1024;

/** How cells draw: from one stream in the order of execution, or each from its own. */
export type Mode = 'stream' | 'per-cell';

/** Something that happened while a cell ran. */
export interface Note {
  kind: string;
  where: string;
  what: string;
}

/** A cell has ended: what it did to the sources. */
export interface CellEvent {
  event: 'cell';
  epoch: string;
  key: string;
  source: string;
  sources: { [name: string]: string };
  seeded: boolean;
  stream: string | null;
  notes: Note[];
  /** The digest of the cell's variables together, empty where there is none. */
  variables: string;
  /** The message as it came, for the server's comparison. */
  raw: Json;
}

/** The seed, the mode or a switch has changed. */
export interface StateEvent {
  event: 'state';
  epoch: string;
  seed: number | null;
  origin: string;
  mode: Mode;
  /** Whether deterministic operations are asked for now. */
  strict: boolean;
}

/** A cell does not do what it does in a fresh runtime. */
export interface WarningEvent {
  event: 'warning';
  epoch: string;
  key: string;
  kind: string;
  text: string;
  sources: string[];
  names: string[];
}

/** The kernel is about to restart in place. */
export interface RestartEvent {
  event: 'restart';
  epoch: string;
}

export type KernelEvent = CellEvent | StateEvent | WarningEvent | RestartEvent;

/** The state of a runtime as a whole. */
export interface Current {
  epoch: string;
  seed: number | null;
  origin: string;
  mode: Mode;
  /** Whether deterministic operations are asked for now. */
  strict: boolean;
  /** Later seeds: the cell, empty for one that was set from outside, and the seed. */
  reseeds: [string, number][];
  inputs: string[];
  /** The message as it came, for the server. */
  raw: Json;
}

/** What a kernel answers: to hello with `package`, to ask with `text`. */
export interface Answer {
  version: number;
  package: string;
  text: string;
  current: Current;
  record: Json;
}

/** What a notebook's metadata says of its record, as far as the toolbar needs it. */
export interface RecordSummary {
  version: number;
  seed: number;
  origin: string;
  mode: Mode;
  strict: boolean;
  cells: { [key: string]: string };
}

/** Read a kernel's event; null for one that is malformed or of a kind that this version does not know. */
export function parseEvent(content: unknown): KernelEvent | null {
  const message = asObject(content);
  const epoch = asText(message?.epoch, MAX_KEY);
  if (!message || !epoch) {
    return null;
  }
  switch (message.event) {
    case 'cell':
      return cellEvent(message, epoch);
    case 'state':
      return {
        event: 'state',
        epoch,
        seed: isSeed(message.seed) ? message.seed : null,
        origin: asText(message.origin),
        mode: asMode(message.mode),
        strict: message.strict === true
      };
    case 'warning':
      return {
        event: 'warning',
        epoch,
        key: asText(message.key, MAX_KEY),
        kind: asText(message.kind, MAX_KEY),
        text: asText(message.text),
        sources: asTexts(message.sources),
        names: asTexts(message.names)
      };
    case 'restart':
      return { event: 'restart', epoch };
    default:
      return null;
  }
}

/** Read a kernel's answer; an Error, in one line, where it is none or says that something is wrong. */
export function parseAnswer(text: string): Answer {
  const message = text.length <= MAX_ANSWER ? asObject(fromJson(text)) : null;
  if (!message) {
    throw new Error('the kernel has answered something that is not JSON');
  }
  if (typeof message.error === 'string') {
    throw new Error(oneLine(message.error));
  }
  const current = asObject(message.current);
  if (!current || !asText(current.epoch)) {
    throw new Error('the kernel has answered without its state');
  }
  return {
    version: typeof message.version === 'number' ? message.version : 0,
    package: asText(message.package, MAX_KEY),
    text: asText(message.text),
    current: asCurrent(current),
    record: asObject(message.record) ?? {}
  };
}

/** Read a record from metadata; null where there is none that can be read. */
export function readRecord(value: unknown): RecordSummary | null {
  const record = asObject(value);
  if (!record || !isSeed(record.seed) || typeof record.version !== 'number') {
    return null;
  }
  return {
    version: record.version,
    seed: record.seed,
    origin: asText(record.origin),
    mode: asMode(record.mode),
    strict: asObject(record.determinism)?.strict === true,
    cells: asTable(record.cells)
  };
}

function cellEvent(message: Json, epoch: string): CellEvent {
  const notes = Array.isArray(message.notes) ? message.notes : [];
  return {
    event: 'cell',
    epoch,
    key: asText(message.key, MAX_KEY),
    source: asText(message.source, MAX_KEY),
    sources: asTable(message.sources),
    seeded: message.seeded === true,
    stream: typeof message.stream === 'string' ? asText(message.stream) : null,
    notes: notes.slice(0, MAX_ITEMS).map(asNote),
    variables: asText(asObject(message.variables)?.digest, MAX_KEY),
    raw: message
  };
}

function asCurrent(message: Json): Current {
  const reseeds = Array.isArray(message.reseeds) ? message.reseeds : [];
  return {
    epoch: asText(message.epoch, MAX_KEY),
    seed: isSeed(message.seed) ? message.seed : null,
    origin: asText(message.origin),
    mode: asMode(message.mode),
    reseeds: reseeds.slice(0, MAX_ITEMS).flatMap(asReseed),
    strict: message.strict === true,
    inputs: asTexts(message.inputs),
    raw: message
  };
}

function asReseed(value: unknown): [string, number][] {
  const [key, seed] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof key === 'string' && isSeed(seed) ? [[asText(key), seed]] : [];
}

function asNote(value: unknown): Note {
  const note = asObject(value);
  return {
    kind: asText(note?.kind, MAX_KEY),
    where: asText(note?.where),
    what: asText(note?.what)
  };
}

function asMode(value: unknown): Mode {
  return value === 'per-cell' ? 'per-cell' : 'stream';
}
