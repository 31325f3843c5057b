/** The same random state looks the same, as in the reports. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { StateNames, StateTrail, changedSources, recordedStates } from '../src/colours';

test('the same random state has the same letter, hue and digest, and another one another letter', () => {
  const trail = new StateTrail(new StateNames());
  const first = trail.after({ python: '01' });
  const second = trail.after({ python: '02' });
  const back = trail.after({ python: '01' });
  assert.deepEqual([first.letter, second.letter, back.letter], ['A', 'B', 'A']);
  assert.equal(first.digest, back.digest);
  assert.equal(first.hue, back.hue);
  assert.notEqual(first.digest, second.digest);
  assert.notEqual(first.hue, second.hue);
});

test('a cell that draws from nothing keeps the state, and says so', () => {
  const trail = new StateTrail(new StateNames());
  const first = trail.after({ numpy: '01', python: '02' });
  const kept = trail.after({});
  assert.deepEqual(['numpy', 'python'], first.drew);
  assert.deepEqual([], kept.drew);
  assert.equal(first.letter, kept.letter);
});

test('before anything has drawn there is no letter', () => {
  assert.equal('', new StateTrail(new StateNames()).after({}).letter);
});

test('letters go on after Z as in the reports', () => {
  const trail = new StateTrail(new StateNames());
  const letters = Array.from({ length: 28 }, (_, step) => trail.after({ python: String(step) }).letter);
  assert.deepEqual(['A', 'Z', 'AA', 'AB'], [letters[0], letters[25], letters[26], letters[27]]);
});

test('a line of a record names its sources; an unseeded cell and a missing line name none', () => {
  const line = 'b2 s=0a1b2c3d4e o=00/11 v=s2:55/0f k=a1b2 numpy=- r=0011 python=0022';
  assert.deepEqual({ numpy: '-', r: '0011', python: '0022' }, changedSources(line));
  assert.equal(null, changedSources('b2 s=0a1b2c3d4e unseeded'));
  assert.equal(null, changedSources(undefined));
});

test('a recorded run is followed in the order of the notebook, past cells without a line', () => {
  const lines = { a: 'b2 s=1 python=01', c: 'b2 s=1', d: 'b2 s=1 python=02' };
  const states = recordedStates(new StateNames(), lines, ['a', 'b', 'c', 'd']);
  assert.deepEqual(['A', undefined, 'A', 'B'], ['a', 'b', 'c', 'd'].map(key => states.get(key)?.letter));
});
