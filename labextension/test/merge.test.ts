/** Without a server the record is merged here: nothing of the user's is lost, and nothing stale is kept. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { callsBySource, mergeRecord, reduceToSeed } from '../src/merge';

const NOW = { version: 1, seed: 42, mode: 'stream', sealed: true, cells: { b: 'new' } };

test('lines of cells that did not run now are kept, those of removed cells are not', () => {
  const known = { ...NOW, cells: { a: 'old', b: 'old', gone: 'old' } };
  assert.deepEqual({ ...NOW, cells: { a: 'old', b: 'new' } }, mergeRecord(known, NOW, ['a', 'b']));
});

test('lines of cells that are called by their sources stay: only the server can tell whose they are', () => {
  const known = { ...NOW, cells: { 'h-0123456789-0': 'old' } };
  assert.deepEqual({ ...NOW, cells: { 'h-0123456789-0': 'old', b: 'new' } }, mergeRecord(known, NOW, ['a', 'b']));
  assert.ok(callsBySource(known));
  assert.ok(!callsBySource(NOW) && !callsBySource(null));
});

test('a run with another seed, mode or sealing replaces all lines', () => {
  for (const change of [{ seed: 7 }, { mode: 'per-cell' }, { sealed: false }]) {
    const known = { ...NOW, ...change, cells: { a: 'old' } };
    assert.deepEqual(NOW, mergeRecord(known, NOW, ['a', 'b']));
  }
});

test('unknown keys survive, and a record of a later version is left alone', () => {
  assert.deepEqual({ ...NOW, mine: { a: 1 } }, mergeRecord({ version: 1, seed: 7, mine: { a: 1 } }, NOW, ['b']));
  const newer = { version: 2, seed: 7 };
  assert.equal(newer, mergeRecord(newer, NOW, ['b']));
});

test('a record of the seed only has no cells', () => {
  assert.deepEqual({ version: 1, seed: 42, mode: 'stream', sealed: true }, reduceToSeed({ ...NOW, inputs: {}, canon: 2 }));
});
