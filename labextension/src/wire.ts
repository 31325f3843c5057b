/**
 * What kernels and notebooks send, typed and bounded: nothing else of the extension reads their JSON.
 *
 * The counterpart of `seednb/wire.py`; `tests/vectors/messages.json` has one of each message, which both test.
 */

/** The version of the messages that this extension speaks. */
export const WIRE_VERSION = 3;
/** The type of the IOPub messages that a kernel sends to its listeners. */
export const EVENT_TYPE = 'seednb_event';
/** The key of the record in the notebook's metadata. */
export const RECORD_KEY = 'seednb';
/** The version of the record that this extension writes; a newer one is left as it is. */
export const RECORD_VERSION = 1;
/** The largest seed. */
export const MAX_SEED = 4294967295;

const MAX_TEXT = 1000;
const MAX_KEY = 200;
const MAX_ITEMS = 10000;
const MAX_ANSWER = 16 * 1024 * 1024;

/** Any JSON object. */
export type Json = { [name: string]: unknown };
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

/** Return a JSON object, or null for anything else. */
export function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : null;
}

/** Return whether a value is a seed. */
export function isSeed(value: unknown): value is number {
  return (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= MAX_SEED
  );
}

/** Return a text cut to a bound; empty for anything else. */
export function asText(value: unknown, bound = MAX_TEXT): string {
  return typeof value === 'string' ? value.slice(0, bound) : '';
}

/** Read what a user typed as a seed; null where it is none. */
export function readSeed(text: string): number | null {
  const digits = text.trim();
  if (!/^[0-9]{1,10}$/.test(digits)) {
    return null;
  }
  const seed = Number(digits);
  return isSeed(seed) ? seed : null;
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

/** Return the record's line of a cell, without the output digests, which only the server knows. */
export function cellLine(event: {
  source: string;
  seeded: boolean;
  stream: string | null;
  variables: string;
  sources: { [name: string]: string };
}): string {
  const words = ['b2', `s=${event.source}`];
  if (!event.seeded) {
    words.push('unseeded');
  }
  if (event.variables) {
    words.push(`v=${event.variables}`);
  }
  if (event.stream) {
    words.push(`k=${event.stream}`);
  }
  const names = Object.keys(event.sources).sort(byCodePoints);
  return [...words, ...names.map(name => `${name}=${event.sources[name]}`)].join(
    ' '
  );
}

/** Return the text whose `repr()` a kernel shows as the value of a user expression; null where it is not one. */
export function fromPython(shown: string): string | null {
  const body = /^(['"])([^]*)\1$/.exec(shown)?.[2];
  return body === undefined ? null : body.replace(ESCAPE, unescape);
}

/** Cut a text to one line of bounded length. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
}

const ESCAPE = /\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[^])/g;
const CONTROLS: { [letter: string]: string } = { n: '\n', r: '\r', t: '\t' };

function unescape(_: string, escape: string): string {
  return escape.length > 1
    ? String.fromCodePoint(Math.min(parseInt(escape.slice(1), 16), 0x10ffff))
    : (CONTROLS[escape] ?? escape);
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

function asTexts(value: unknown): string[] {
  return Array.isArray(value)
    ? value
        .slice(0, MAX_ITEMS)
        .filter(item => typeof item === 'string')
        .map(item => asText(item))
    : [];
}

function asTable(value: unknown): { [name: string]: string } {
  const table: { [name: string]: string } = Object.create(null);
  for (const [name, item] of Object.entries(asObject(value) ?? {}).slice(
    0,
    MAX_ITEMS
  )) {
    if (name.length <= MAX_KEY && typeof item === 'string') {
      table[name] = asText(item);
    }
  }
  return table;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function byCodePoints(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
