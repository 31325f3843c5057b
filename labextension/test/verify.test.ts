/** A verification is followed to its end, also by a page that was loaded again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ReplayClient } from '../src/client';
import { Verifier } from '../src/verify';
import type { Json } from '../src/wire';

/** Answers requests from a list. */
class Script {
  readonly asked: string[] = [];

  constructor(private readonly _answers: (Json | Error)[]) {}

  request(method: string, path: string): Promise<Json> {
    this.asked.push(`${method} ${path}`);
    const answer = this._answers.shift() ?? new Error('nothing more to say');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

/** What `localStorage` is in a browser. */
class Memory {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

const HERE = 'http://localhost:8888/seednb/api';
const SAVED = '2026-11-28T10:00:00.123456Z';
const RUNNING = { n: 2, state: 'running', run: 1, runs: 1, cell: 3, cells: 12, text: '' };
const DONE = { ...RUNNING, n: 5, state: 'done', report: '/r', result: { reproduced: true, cells: [], counts: {} } };

test('a verification is followed from state to state, and forgotten once it is over', async () => {
  const memory = new Memory();
  const script = new Script([{ id: 'v' }, RUNNING, DONE]);
  const told: number[] = [];
  const verifier = new Verifier(new ReplayClient(script), memory, HERE, now => told.push(now.cell));
  const end = await verifier.run('a.ipynb', SAVED, null);
  assert.equal('/r', end?.outcome?.report);
  assert.deepEqual([3], told);
  assert.deepEqual(['POST verifications', 'GET verifications/v?after=0', 'GET verifications/v?after=2'], script.asked);
  assert.equal(0, memory.items.size);
  assert.equal(false, verifier.isRunning);
});

test('who opens a notebook again takes up what was begun; of one that the server forgot nothing is said', async () => {
  const memory = new Memory();
  memory.setItem(`seednb:verification:${HERE}:a.ipynb`, `v ${SAVED}`);
  const end = await new Verifier(new ReplayClient(new Script([DONE])), memory, HERE, () => undefined).resume('a.ipynb', SAVED);
  assert.equal(true, end?.outcome?.reproduced);
  memory.setItem(`seednb:verification:${HERE}:a.ipynb`, `gone ${SAVED}`);
  const none = new Verifier(new ReplayClient(new Script([Object.assign(new Error('not known'), { status: 404 })])), memory, HERE, () => undefined);
  assert.equal(null, await none.resume('a.ipynb', SAVED));
  assert.equal(0, memory.items.size);
});

test('a verification that is found again says nothing of a file that was saved since', async () => {
  const memory = new Memory();
  const told: number[] = [];
  memory.setItem(`seednb:verification:${HERE}:a.ipynb`, `v ${SAVED}`);
  const verifier = new Verifier(new ReplayClient(new Script([RUNNING, DONE])), memory, HERE, now => told.push(now.cell));
  assert.equal(null, await verifier.resume('a.ipynb', '2026-11-28T11:00:00Z'));
  assert.deepEqual([3], told);
  assert.equal(0, memory.items.size);
});

test('a closed notebook stops following and keeps what it began in mind', async () => {
  const memory = new Memory();
  const verifier = new Verifier(new ReplayClient(new Script([{ id: 'v' }, RUNNING])), memory, HERE, () => verifier.dispose());
  assert.equal(null, await verifier.run('a.ipynb', SAVED, null));
  assert.equal(1, memory.items.size);
});

test('a request that is lost with its page leaves what the page began in mind', async () => {
  const memory = new Memory();
  const lost = new Verifier(new ReplayClient(new Script([{ id: 'v' }, new Error('no answer')])), memory, HERE, () => undefined);
  assert.equal('no answer', (await lost.run('a.ipynb', SAVED, null))?.problem);
  assert.equal(1, memory.items.size);
});

test('a failure is told in one line, a cancelled one is not told', async () => {
  const failed = new Script([{ id: 'v' }, { ...RUNNING, state: 'failed', text: 'no kernel\nhere' }]);
  const run = (script: Script) => new Verifier(new ReplayClient(script), new Memory(), HERE, () => undefined).run('a.ipynb', SAVED, null);
  assert.equal('no kernel here', (await run(failed))?.problem);
  assert.equal('', (await run(new Script([{ id: 'v' }, { ...RUNNING, state: 'cancelled' }])))?.problem);
});
