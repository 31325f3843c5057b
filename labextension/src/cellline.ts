/** The record's line of a cell, as the kernel writes it: the counterpart of `cell_line` in `seednb/wire.py`. */

import type { CellEvent } from './wire';

/** Return the record's line of a cell, without the output digests, which only the server knows. */
export function cellLine(event: Pick<CellEvent, 'source' | 'seeded' | 'stream' | 'variables' | 'sources'>): string {
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

function byCodePoints(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
