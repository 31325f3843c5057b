/** What pill and summary say of a replay follows from its cells' results. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CellResult, Outcome } from '../src/answers';
import { activityOf, advance, counts, explained, planned, verdictOf } from '../src/progress';
import { asVerdict, type VerdictName } from '../src/verdicts';

function result(id: string, verdict: VerdictName, index = 0): CellResult {
  return { id, index, verdict, cause: '', detail: `${id} differs`, meaning: '', remedy: '' };
}

function outcome(cells: CellResult[], first: string | null = null): Outcome {
  const firstId = first;
  return { verdict: '', reproduced: !first, seed: 42, counts: counts(cells), first: null, firstId, cells, report: '/r', notices: [] };
}

const MORE = { seed: 7, recorded: true, stopped: '', canRestore: false };

test('the pill counts the cell that runs, and never beyond the last', () => {
  let progress = planned(42, ['a', 'b']);
  assert.equal(0, activityOf(progress, '').cell);
  progress = advance(progress, { type: 'started', cell: 'a' });
  assert.equal(1, activityOf(progress, '').cell);
  progress = advance(progress, { type: 'ran', cell: 'a' });
  assert.equal(1, activityOf(progress, '').cell);
  progress = advance(progress, { type: 'started', cell: 'b' });
  assert.deepEqual([2, 2], [activityOf(progress, '').cell, activityOf(progress, '').cells]);
});

test('the first cell that differs is the first of the run, whichever answer comes first', () => {
  let progress = planned(42, ['a', 'b', 'c']);
  progress = advance(progress, { type: 'compared', results: [result('c', 'failed')] });
  progress = advance(progress, { type: 'compared', results: [result('a', 'identical')] });
  progress = advance(progress, { type: 'compared', results: [result('b', 'diverged')] });
  assert.equal('b', progress.first?.id);
});

test('verdicts are counted from best to worst, and those that did not occur are left out', () => {
  const cells = [result('a', 'failed'), result('b', 'identical'), result('c', 'identical')];
  assert.deepEqual([['identical', 2], ['failed', 1]], Object.entries(counts(cells)));
});

test('the outcome names the first bad cell as people count, and why it differs', () => {
  const cells = [result('a', 'identical', 0), result('b', 'diverged', 4)];
  const verdict = verdictOf('replay', outcome(cells, 'b'), MORE);
  assert.deepEqual(['diverged', 5, 'b', 'b differs'], [verdict.kind, verdict.first, verdict.firstId, verdict.text]);
});

test('without a bad cell a replay reproduces, was stopped, or has recorded', () => {
  const fine = outcome([result('a', 'equivalent')]);
  assert.equal('reproduced', verdictOf('replay', fine, MORE).kind);
  assert.equal('stopped', verdictOf('replay', fine, { ...MORE, stopped: 'why' }).kind);
  assert.equal('recorded', verdictOf('replay', fine, { ...MORE, recorded: false }).kind);
  assert.equal('failed', verdictOf('replay', outcome([result('a', 'failed')]), { ...MORE, recorded: false }).kind);
});

test('a verdict of a later version is one of which nothing is known', () => {
  assert.equal('missing', asVerdict('toString'));
  assert.equal('close', asVerdict('close'));
});

test('the cause in words and the remedy make one line, and what differs another', () => {
  const differs = { ...result('a', 'diverged'), detail: '1 differs' };
  assert.equal('It follows a set. Sort it.\n1 differs', explained({ ...differs, meaning: 'It follows a set.', remedy: 'Sort it.' }));
  assert.equal('Sort it.\n1 differs', explained({ ...differs, remedy: 'Sort it.' }));
  assert.equal('a differs', explained(result('a', 'diverged')));
});
