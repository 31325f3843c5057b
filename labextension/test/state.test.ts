/** What the toolbar shows follows from what happened, in each order in which it can happen. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Action, PanelState, Verdict } from '../src/state';
import { INITIAL, offersRecord, reduce, shownSeed, sourcesOfLine } from '../src/state';
import type { Current, KernelEvent } from '../src/wire';
import { readRecord } from '../src/wire';

const RECORD = readRecord({ version: 1, seed: 42, cells: { a: 'b2 s=0011223344 numpy=0011223344' } });

function runtime(changes: Partial<Current> = {}): Action {
  const current = { epoch: 'e1', seed: 7, origin: 'generated', mode: 'stream', reseeds: [], strict: false, inputs: [], raw: {} } as Current;
  return { type: 'current', current: { ...current, ...changes }, cells: {} };
}

function after(...actions: Action[]): PanelState {
  return actions.reduce(reduce, INITIAL);
}

const LOADED: Action = { type: 'loaded', loaded: 'yes', language: 'python' };
const VERDICT: Verdict = {
  kind: 'diverged',
  of: 'replay',
  seed: 42,
  first: 7,
  firstId: 'g',
  counts: { identical: 6, diverged: 1 },
  text: '',
  hasReport: true,
  canRestore: true
};

test('a recorded seed is shown until a cell has run with another one', () => {
  const opened = after({ type: 'record', record: RECORD }, LOADED, runtime());
  assert.equal(42, shownSeed(opened));
  assert.equal(7, shownSeed(reduce(opened, { type: 'ran' })));
});

test('a seed that a user chose is shown at once', () => {
  const chosen = after({ type: 'record', record: RECORD }, LOADED, runtime({ origin: 'front-end' }));
  assert.equal(7, shownSeed(chosen));
  assert.equal(true, offersRecord(chosen));
  assert.equal(false, offersRecord(reduce(chosen, runtime({ seed: 42 }))));
});

test('the last of several seeds is the one in force', () => {
  assert.equal(9, shownSeed(after(LOADED, runtime({ origin: 'magic', reseeds: [['a', 8], ['b', 9]] }))));
});

test('a kernel without seednb takes the runtime away, and leaves the record', () => {
  const gone = after({ type: 'record', record: RECORD }, LOADED, runtime(), { type: 'loaded', loaded: 'no', language: 'python' });
  assert.equal(null, gone.runtime);
  assert.equal(42, shownSeed(gone));
});

test('sources are collected from cells, from events and from the record so far', () => {
  const late = after(LOADED, { ...runtime(), cells: { a: 'b2 s=0011223344 o=a/b v=s2:0 k=x numpy=00 held=11' } } as Action);
  assert.deepEqual(['held', 'numpy'], late.draws);
  assert.equal(true, late.ran);
  const event: KernelEvent = { event: 'cell', epoch: 'e1', key: 'b', source: '', sources: { torch: '-' }, seeded: true, stream: null, notes: [], variables: '', raw: {} };
  const more = reduce(late, { type: 'event', event });
  assert.deepEqual(['held', 'numpy', 'torch'], more.draws);
  assert.equal(more, reduce(more, { type: 'event', event }));
});

test('events of another runtime change nothing', () => {
  const now = after(LOADED, runtime());
  const event = { event: 'state', epoch: 'e0', seed: 1, origin: 'magic', mode: 'per-cell', strict: true } as const;
  assert.equal(now, reduce(now, { type: 'event', event }));
  const heard = reduce(now, { type: 'event', event: { ...event, epoch: 'e1' } });
  assert.deepEqual({ epoch: 'e1', seed: 1, origin: 'magic', mode: 'per-cell', strict: true }, heard.runtime);
});

test('a verdict stays until a cell runs, or the runtime is another one', () => {
  const judged = after(LOADED, runtime(), { type: 'verdict', verdict: VERDICT });
  assert.equal(VERDICT, reduce(judged, runtime()).verdict);
  const again = reduce(judged, { type: 'ran' });
  assert.equal(null, again.verdict);
  assert.equal(again, reduce(again, { type: 'ran' }));
  assert.equal(null, reduce(judged, runtime({ epoch: 'e2' })).verdict);
});

test('a verdict ends the activity, and cells of a replay do not end the verdict', () => {
  const activity = { kind: 'replay', seed: 42, cell: 3, cells: 12, text: '' } as const;
  const running = after(LOADED, runtime(), { type: 'activity', activity });
  assert.equal(42, shownSeed(running));
  assert.equal(null, reduce(running, { type: 'verdict', verdict: VERDICT }).activity);
  const again = after({ type: 'verdict', verdict: VERDICT }, { type: 'activity', activity }, { type: 'ran' });
  assert.equal(VERDICT, again.verdict);
});

test('a record line names its sources', () => {
  assert.deepEqual(['numpy', 'python'], sourcesOfLine('b2 s=00 unseeded o=1/2 v=s2:3 k=a numpy=- python=00'));
});
