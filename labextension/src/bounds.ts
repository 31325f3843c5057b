/** Reads values that come from outside: nothing malformed or unbounded goes on, and nothing is thrown. */

/** The largest seed. */
export const MAX_SEED = 4294967295;
/** The longest key of a cell. */
export const MAX_KEY = 200;
/** The most members of a list or an object. */
export const MAX_ITEMS = 10000;

const MAX_TEXT = 1000;

/** Any JSON object. */
export type Json = { [name: string]: unknown };

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

/** Return the texts of a list, each cut to a bound; empty for anything else. */
export function asTexts(value: unknown): string[] {
  return Array.isArray(value)
    ? value
        .slice(0, MAX_ITEMS)
        .filter(item => typeof item === 'string')
        .map(item => asText(item))
    : [];
}

/** Return the texts of an object by their names; its prototype is none. */
export function asTable(value: unknown): { [name: string]: string } {
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

/** Read a JSON text; null where it is none. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
