/** What kernels and notebooks send is read within bounds, and nothing malformed comes through. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellLine } from '../src/cellline';
import {
  MAX_SEED,
  asObject,
  fromPython,
  oneLine,
  parseAnswer,
  parseEvent,
  readRecord,
  readSeed
} from '../src/wire';
import { VECTORS } from './vectors';

const EPOCH = '0123456789abcdef0123456789abcdef';

test('every event of the shared vectors is read', () => {
  const events = VECTORS.messages.filter(({ type }) => type.endsWith('Event'));
  assert.ok(events.length >= 7);
  for (const { message } of events) {
    const event = parseEvent(message);
    assert.equal(message.event, event?.event);
    assert.equal(EPOCH, event?.epoch);
  }
});

test('every answer of the shared vectors is read', () => {
  const answers = VECTORS.messages.filter(({ type }) => type === 'Answer');
  assert.ok(answers.length >= 1);
  for (const { message } of answers) {
    const answer = parseAnswer(JSON.stringify(message));
    assert.equal(42, answer.current.seed);
    assert.deepEqual([['a1b2', 7]], answer.current.reseeds);
    assert.equal(42, readRecord(answer.record)?.seed);
  }
});

test("cells' lines are what Python writes", () => {
  assert.ok(VECTORS.lines.length >= 3);
  for (const { event, line } of VECTORS.lines) {
    const variables = event.variables?.digest ?? '';
    assert.equal(line, cellLine({ ...event, variables }));
  }
});

test('events of unknown kinds, without an epoch, or that are no objects are passed over', () => {
  for (const message of [null, 3, 'cell', [], {}, { event: 'cell' }, { event: 'other', epoch: EPOCH }]) {
    assert.equal(null, parseEvent(message));
  }
});

test('members of a wrong type are read as empty, never passed on', () => {
  const event = parseEvent({ event: 'cell', epoch: EPOCH, key: 3, sources: ['x'], notes: {}, stream: 1, variables: 'v' });
  assert.ok(event?.event === 'cell');
  const { key, sources, notes, stream, variables, seeded } = event;
  assert.deepEqual(
    { key: '', sources: {}, notes: [], stream: null, variables: '', seeded: false },
    { key, sources: { ...sources }, notes, stream, variables, seeded }
  );
  const state = parseEvent({ event: 'state', epoch: EPOCH, seed: -1, mode: 'other', strict: 1 });
  assert.deepEqual({ event: 'state', epoch: EPOCH, seed: null, origin: '', mode: 'stream', strict: false }, state);
});

test('texts and lists are cut to their bounds', () => {
  const long = 'x'.repeat(100_000);
  const event = parseEvent({ event: 'warning', epoch: EPOCH, key: long, kind: 're-run', text: long, sources: Array(20_000).fill('s'), names: [long] });
  assert.ok(event?.event === 'warning');
  assert.equal(200, event.key.length);
  assert.equal(1000, event.text.length);
  assert.equal(10_000, event.sources.length);
  assert.equal(1000, event.names[0]?.length);
});

test('a refusal becomes an error of one bounded line', () => {
  const text = JSON.stringify({ version: 3, error: `not now:\n a cell  runs${'!'.repeat(5000)}` });
  assert.throws(() => parseAnswer(text), (error: Error) => error.message.startsWith('not now: a cell runs!') && error.message.length === 1000);
});

test('what is no answer is an error', () => {
  for (const text of ['', 'null', '[]', '{}', '{"current": {}}', '{"current": []}']) {
    assert.throws(() => parseAnswer(text), Error);
  }
});

test("Python's repr of a text is read back", () => {
  assert.equal('{"a": "it\'s"}', fromPython('\'{"a": "it\\\'s"}\''));
  assert.equal(`it's`, fromPython(`"it's"`));
  assert.equal('a\\b\n\t\u00e9\u{1f600}\x1b', fromPython("'a\\\\b\\n\\t\\xe9\\U0001f600\\x1b'"));
  assert.equal('{"text": "\\u00e9"}', fromPython("'{\"text\": \"\\\\u00e9\"}'"));
  assert.equal(null, fromPython('None'));
  assert.equal(null, fromPython("'open"));
});

test('a record is read from metadata, and what is none is not', () => {
  const record = readRecord({ version: 1, seed: 42, mode: 'per-cell', determinism: { strict: true }, cells: { a: 'b2 s=0', b: 3 } });
  assert.deepEqual({ seed: 42, mode: 'per-cell', strict: true }, { seed: record?.seed, mode: record?.mode, strict: record?.strict });
  assert.deepEqual({ a: 'b2 s=0' }, { ...record?.cells });
  for (const value of [undefined, null, [], 'x', {}, { seed: 42 }, { version: 1 }, { version: 1, seed: 1.5 }, { version: 1, seed: MAX_SEED + 1 }, { version: '1', seed: 1 }]) {
    assert.equal(null, readRecord(value));
  }
});

test('a key that names a prototype is only a key', () => {
  const record = readRecord(JSON.parse('{"version": 1, "seed": 1, "cells": {"__proto__": "b2 s=0", "constructor": "b2 s=1"}}'));
  assert.deepEqual(['__proto__', 'constructor'], Object.keys(record?.cells ?? {}));
});

test('seeds are whole numbers from 0 to the largest', () => {
  assert.equal(0, readSeed('0'));
  assert.equal(42, readSeed(' 42 '));
  assert.equal(MAX_SEED, readSeed('4294967295'));
  for (const text of ['', '-1', '4294967296', '1.0', '1e3', '0x1', 'abc', '99999999999']) {
    assert.equal(null, readSeed(text));
  }
});

test('only objects are objects, and lines have no breaks', () => {
  assert.equal(null, asObject([]));
  assert.deepEqual({}, asObject({}));
  assert.equal('a b', oneLine(' a\n\tb '));
});
