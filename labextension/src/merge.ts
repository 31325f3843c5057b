/** How a kernel's record is merged over the one in the notebook where no server does it: pure. */

import type { Json } from './wire';
import { RECORD_VERSION, asObject } from './wire';

/**
 * Return the record to write.
 *
 * Of a run with the same seed, mode and sealing, the lines of cells that are still there and did not run now are kept,
 * and those of cells that are called by their sources: only the server can tell whether they are there.
 * Keys that this version does not know survive; a record of a later version is returned as it is.
 */
export function mergeRecord(
  known: Json | null,
  now: Json,
  keys: readonly string[]
): Json {
  if (known && typeof known.version === 'number' && known.version > RECORD_VERSION) {
    return known;
  }
  const there = new Set(keys);
  const before = known && sameRun(known, now) ? (asObject(known.cells) ?? {}) : {};
  const cells: Json = {};
  for (const [key, line] of Object.entries(before)) {
    if (there.has(key) || isSource(key)) {
      cells[key] = line;
    }
  }
  return { ...known, ...now, cells: { ...cells, ...asObject(now.cells) } };
}

/** Return a record that names the seed and how it was used, without anything of single cells or files. */
export function reduceToSeed(record: Json): Json {
  const { cells: _cells, inputs: _inputs, canon: _canon, ...rest } = record;
  return rest;
}

/** Tell whether a record calls cells by their sources, as kernels and files do that know no ids. */
export function callsBySource(record: Json | null): boolean {
  return Object.keys(asObject(record?.cells) ?? {}).some(isSource);
}

function isSource(key: string): boolean {
  return key.startsWith('h-');
}

function sameRun(first: Json, second: Json): boolean {
  return ['seed', 'mode', 'sealed'].every(
    name => (first[name] ?? null) === (second[name] ?? null)
  );
}
