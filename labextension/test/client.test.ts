/** What the server answers is read, bounded and typed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ReplayClient } from '../src/client';
import type { Json } from '../src/wire';

/** A server that answers as told, and remembers what it was asked. */
class Server {
  readonly asked: [string, string, Json | undefined][] = [];

  constructor(private readonly _answer: Json) {}

  request(method: string, path: string, body?: Json): Promise<Json> {
    this.asked.push([method, path, body]);
    return Promise.resolve(this._answer);
  }
}

test('a plan is read with its requests, and what is malformed in it is left out', async () => {
  const server = new Server({
    id: 'p',
    seed: 42,
    origin: 'record',
    cells: ['a', 7, 'b'],
    attach: { code: 'load()', expressions: { seednb: 'x', bad: 3 } },
    question: { expressions: { seednb: 'y' } },
    finish: { expressions: { seednb: 'z' } },
    notices: ['one\nline'],
    recorded: true
  });
  const request = { path: 'a.ipynb', kernel_id: 'k', notebook: {}, seed: null };
  const plan = await new ReplayClient(server).plan(request);
  assert.deepEqual(['a', 'b'], plan.cells);
  assert.deepEqual({ code: 'load()', expressions: { seednb: 'x' } }, plan.attach);
  assert.deepEqual({ seednb: 'y' }, plan.question.expressions);
  assert.deepEqual({ seednb: 'z' }, plan.finish.expressions);
  assert.deepEqual(['one line'], plan.notices);
  assert.deepEqual([['POST', 'replays', request]], server.asked);
});

test('a reply that is no answer brings the next request, and one that is brings none', async () => {
  const next = { code: 'archive()', expressions: { seednb: 'x' } };
  assert.deepEqual(next, await new ReplayClient(new Server({ attach: next })).attached('p', null));
  assert.equal(null, await new ReplayClient(new Server({ current: {}, notices: [] })).attached('p', {}));
});

test('cells are handed in together, and their verdicts come back together', async () => {
  const server = new Server({ cells: [{ index: 0, id: 'a', verdict: 'identical' }, null] });
  const run = { cell: 'a', outputs: [], execution_count: 1, event: null, error: null };
  const results = await new ReplayClient(server).cells('p', [run]);
  assert.deepEqual([['a', 'identical']], results.map(({ id, verdict }) => [id, verdict]));
  assert.deepEqual([['POST', 'replays/p/cells', { cells: [run] }]], server.asked);
});

test('an answer without a plan, or without an id, is refused in one line', async () => {
  const client = new ReplayClient(new Server({ seed: 1 }));
  const request = { path: '', kernel_id: '', notebook: {}, seed: null };
  await assert.rejects(client.plan(request), /without a plan/);
  await assert.rejects(client.verify('a.ipynb', null), /has not begun/);
});

test('the end of a replay has what is put back by the cells ids', async () => {
  const kept = { outputs: [{ output_type: 'stream', name: 'stdout', text: 'x' }], execution_count: 3, execution: { t: '1' } };
  const end = await new ReplayClient(
    new Server({
      reproduced: false,
      seed: 42,
      counts: { identical: 1, diverged: 1 },
      first: 1,
      first_id: 'b',
      cells: [{ index: 1, id: 'b', verdict: 'diverged', cause: 'clock', detail: 'd', meaning: 'It shows the time.', remedy: null }],
      keep: { a: kept },
      restore: { b: { ...kept, execution_count: null, execution: null } },
      record: { version: 1 },
      recorded: null,
      report: '/seednb/api/reports/r'
    })
  ).end('p', { reply: null, stopped: 'stopped', cells: [], outputs: {} });
  assert.deepEqual(kept, end.keep.get('a'));
  assert.deepEqual([null, null], [end.restore.get('b')?.execution_count, end.restore.get('b')?.execution]);
  assert.deepEqual(['b', 'diverged'], [end.firstId, end.cells[0]?.verdict]);
  assert.deepEqual(['It shows the time.', ''], [end.cells[0]?.meaning, end.cells[0]?.remedy]);
  assert.deepEqual({ version: 1 }, end.record);
  assert.equal(null, end.recorded);
});
