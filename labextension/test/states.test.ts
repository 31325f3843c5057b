/** The states of a run are told apart from those that were recorded. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RunStates } from '../src/states';

const RECORD = { a: 'b2 s=1 python=01', b: 'b2 s=1 python=02' };

test('a replay that leaves the recorded states has the same letters, and no cell is apart', () => {
  const states = new RunStates();
  states.setRecord(RECORD, ['a', 'b']);
  states.ran('e1', 'a', { python: '01' });
  states.ran('e1', 'b', { python: '02' });
  assert.equal('B', states.now('b')?.letter);
  assert.equal(null, states.apart('b'));
});

test('a cell that leaves another state than was recorded is apart, with the recorded one', () => {
  const states = new RunStates();
  states.setRecord(RECORD, ['a', 'b']);
  states.ran('e1', 'a', { python: '77' });
  assert.equal('A', states.apart('a')?.letter);
  assert.equal('C', states.now('a')?.letter);
});

test('another runtime forgets what the one before left', () => {
  const states = new RunStates();
  states.ran('e1', 'a', { python: '01' });
  states.ran('e2', 'b', {});
  assert.equal(null, states.now('a'));
  assert.equal('', states.now('b')?.letter);
});

test('one who joins late follows the lines of the cells that have run, once', () => {
  const states = new RunStates();
  assert.equal(true, states.begin('e1', RECORD, ['a', 'b']));
  assert.equal(false, states.begin('e1', {}, ['a', 'b']));
  assert.deepEqual(['A', 'B'], [states.now('a')?.letter, states.now('b')?.letter]);
});
