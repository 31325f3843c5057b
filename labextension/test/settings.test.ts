/** Settings that are missing or malformed have their defaults, which are those of the schema. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { DEFAULTS, readSettings } from '../src/settings';

test('the defaults are those that the schema shows', () => {
  const file = join(__dirname, '../../schema/plugin.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { properties: { [name: string]: { default: unknown } } };
  const shown = Object.entries(schema.properties).map(([name, { default: value }]) => [name, value]);
  assert.deepEqual(DEFAULTS, Object.fromEntries(shown));
});

test('malformed values are passed over', () => {
  assert.deepEqual(DEFAULTS, readSettings({ badges: 'no', record: 'all', marks: 1 }));
  assert.deepEqual({ ...DEFAULTS, badges: false, record: 'off' }, readSettings({ badges: false, record: 'off' }));
});
