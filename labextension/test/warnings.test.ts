/** A cell shows what the kernel said of its last run, and nothing older. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Warnings } from '../src/warnings';
import type { WarningEvent } from '../src/wire';

function warning(kind: string, key = 'a'): WarningEvent {
  return { event: 'warning', epoch: 'e', key, kind, text: kind, sources: ['python'], names: [] };
}

function kinds(warnings: Warnings): string[] {
  return warnings.of('a').map(found => found.kind);
}

test('what the kernel says while a cell runs is shown until the cell runs without it', () => {
  const warnings = new Warnings();
  warnings.started('a');
  assert.equal(true, warnings.warned(warning('re-run')));
  assert.equal(false, warnings.ended('a'));
  assert.deepEqual(['re-run'], kinds(warnings));
  warnings.started('a');
  assert.deepEqual(['re-run'], kinds(warnings));
  assert.equal(true, warnings.ended('a'));
  assert.deepEqual([], kinds(warnings));
});

test('a new run replaces all that was said of the one before', () => {
  const warnings = new Warnings();
  warnings.started('a');
  warnings.warned(warning('out of order'));
  warnings.ended('a');
  warnings.started('a');
  warnings.warned(warning('between'));
  warnings.warned(warning('re-run'));
  warnings.ended('a');
  assert.deepEqual(['re-run', 'between'], kinds(warnings));
});

test('a kind that this version does not know is passed over', () => {
  const warnings = new Warnings();
  assert.equal(false, warnings.warned(warning('constructor')));
  assert.deepEqual([], kinds(warnings));
});

test('an edited text is told once, and no more once it is back', () => {
  const warnings = new Warnings();
  assert.equal(true, warnings.edited('a', 'edited'));
  assert.equal(false, warnings.edited('a', 'edited'));
  assert.equal(true, warnings.edited('a', null));
  assert.equal(false, warnings.edited('a', null));
  assert.deepEqual([], warnings.keys());
});

test('rewinding clears one cell, a restart all', () => {
  const warnings = new Warnings();
  warnings.warned(warning('re-run', 'a'));
  warnings.warned(warning('re-run', 'b'));
  warnings.clear('b');
  assert.deepEqual(['a'], warnings.keys());
  warnings.clear();
  assert.deepEqual([], warnings.keys());
});
