/** The pill's words and states. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { PanelState, Verdict } from '../src/state';
import { INITIAL } from '../src/state';
import { readRecord } from '../src/wire';
import { originWords, pillView, verdictWords } from '../src/words';
import { TRANS } from './translation';

const RUNTIME = { epoch: 'e', seed: 7, origin: 'magic', mode: 'stream', strict: false } as const;
const RECORD = readRecord({ version: 1, seed: 42 });
const VERDICT: Verdict = {
  kind: 'reproduced',
  of: 'replay',
  seed: 42,
  first: null,
  firstId: null,
  counts: { identical: 12 },
  text: '',
  hasReport: true,
  canRestore: false
};

function read(changes: Partial<PanelState>): string {
  const { state, seed, words } = pillView({ ...INITIAL, ...changes }, TRANS);
  return `${state}: ${[seed, words].filter(Boolean).join(' · ')}`;
}

test('each state has its words', () => {
  const activity = { kind: 'replay', seed: 42, cell: 3, cells: 12, text: '' } as const;
  assert.equal('not-loaded: not loaded', read({ loaded: 'no' }));
  assert.equal('not-loaded: not recorded', read({ loaded: 'other-language' }));
  assert.equal('not-loaded: not shown here', read({ loaded: 'unseen' }));
  assert.equal('unseeded: no seed yet', read({ loaded: 'yes', runtime: { ...RUNTIME, seed: null } }));
  assert.equal('new: 7 · new', read({ loaded: 'yes', runtime: RUNTIME }));
  assert.equal('new: 7 · new', read({ loaded: 'yes', runtime: RUNTIME, record: RECORD }));
  assert.equal('recorded: 42 · recorded', read({ loaded: 'no', record: RECORD }));
  assert.equal('recorded: 42 · recorded', read({ loaded: 'yes', runtime: { ...RUNTIME, seed: 42 }, record: RECORD }));
  assert.equal('replaying: 42 · replaying 3/12', read({ activity }));
  assert.equal('verifying: 42 · verifying', read({ activity: { ...activity, kind: 'verify', cells: 0 } }));
  assert.equal('reproduced: 42 · reproduced', read({ verdict: VERDICT }));
  assert.equal('diverged: 42 · diverged at 7', read({ verdict: { ...VERDICT, kind: 'diverged', first: 7 } }));
  assert.equal('failed: 42 · failed at 2', read({ verdict: { ...VERDICT, kind: 'failed', first: 2 } }));
  assert.equal('failed: 42 · failed', read({ verdict: { ...VERDICT, kind: 'failed' } }));
  assert.equal('not-loaded: 7 · update seednb', read({ loaded: 'old', runtime: RUNTIME }));
});

test('an unused generated seed gives way to the recorded one, and a replay that only recorded is recorded', () => {
  const unused = { ...RUNTIME, origin: 'generated' };
  assert.equal('recorded: 42 · recorded', read({ loaded: 'yes', runtime: unused, record: RECORD }));
  assert.equal('new: 7 · new', read({ loaded: 'yes', runtime: unused, record: RECORD, ran: true }));
  assert.equal('new: 7 · new', read({ loaded: 'yes', runtime: unused, record: RECORD, chosen: true }));
  const verdict = { ...VERDICT, kind: 'recorded' } as const;
  assert.equal('recorded: 42 · recorded', read({ loaded: 'yes', runtime: { ...RUNTIME, seed: 42 }, record: RECORD, verdict }));
});

test('every origin has words, and an unknown one is shown as it is', () => {
  for (const origin of ['api', 'command-line', 'environment', 'front-end', 'generated', 'magic', 'notebook', 'pyproject', 'record']) {
    assert.notEqual(origin, originWords(origin, TRANS));
  }
  assert.equal('other', originWords('other', TRANS));
});

test('a verdict is a sentence', () => {
  assert.equal('All 12 cells gave the same again.', verdictWords(VERDICT, TRANS));
  const some = { ...VERDICT, counts: { identical: 4, missing: 1 } };
  assert.equal('4 of 5 cells gave the same again; 1 has no record to compare with.', verdictWords(some, TRANS));
  assert.equal('Cell 7 is the first that differs. Threads.', verdictWords({ ...VERDICT, kind: 'diverged', first: 7, text: 'Threads.' }, TRANS));
  assert.equal('There are no code cells: nothing to compare.', verdictWords({ ...VERDICT, counts: {} }, TRANS));
  assert.equal('Stopped.', verdictWords({ ...VERDICT, kind: 'stopped' }, TRANS));
});
