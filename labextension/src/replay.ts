/**
 * Restart & replay: restarts the kernel, seeds it before its first cell, runs the notebook's cells, and compares each as it finishes.
 *
 * One cell is sent at a time: whatever stops a replay, cells that have not run keep what they show, and nothing is queued in the kernel.
 */

import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Recorded, ReplayEnd, ReplayPlan } from './answers';
import { type ReplayClient, reason } from './client';
import type { KernelLink, Reply } from './link';
import { Snapshot, codeCells } from './outputs';
import { type Progress, type Step, advance, planned } from './progress';
import type { CellEnd, CellRunner } from './running';
import { isInterrupt, mayFail } from './stopping';
import { type Lives, Stop } from './stopping';
import { asObject, type CellEvent, type KernelEvent } from './wire';

/** What a replay works with. */
export interface Stage {
  panel: NotebookPanel;
  link: KernelLink;
  client: ReplayClient;
  runner: CellRunner;
  trans: TranslationBundle;
  /** Restart the kernel, as Jupyter does it; tell whether it was restarted. */
  restart: () => Promise<boolean>;
  stopAtFirst: () => boolean;
  /** Called at each step. */
  told: (progress: Progress, text: string) => void;
}

/** How a replay ended, with the notebook as it was before. */
export interface Finished {
  plan: ReplayPlan;
  end: ReplayEnd;
  snapshot: Snapshot;
  /** Why it did not reach its end; empty where it did. */
  stopped: string;
  /** Cells that have run, or begun to. */
  ran: ReadonlySet<string>;
  /** Cells that were cut off: they show again what they showed. */
  cut: ReadonlyMap<string, Recorded>;
}

/** One replay of one notebook. */
export class Replay {
  readonly stop: Stop;
  private _progress: Progress = planned(0, []);
  private readonly _events = new Map<string, CellEvent>();
  private readonly _ran = new Set<string>();
  private readonly _cut = new Map<string, Recorded>();
  private _compared: Promise<void> = Promise.resolve();
  private _failed = false;
  private _lost = false;

  constructor(
    private readonly _stage: Stage,
    lives: Lives
  ) {
    this.stop = new Stop(lives, _stage.trans);
  }

  /** Replay; null where the user did not want the restart, or the notebook was closed. Fails in one line, with the notebook as it was. */
  async run(seed: number | null): Promise<Finished | null> {
    const { client, link, trans } = this._stage;
    const snapshot = new Snapshot(this._model());
    const hold = link.hold();
    let plan: ReplayPlan | null = null;
    try {
      this._tell(trans.__('Planning …'));
      plan = await client.plan({ ...this._where(), notebook: snapshot.notebook, seed });
      this._progress = planned(plan.seed, plan.cells);
      this._tell(trans.__('Restarting the kernel …'));
      if (!(await this._restart())) {
        await client.drop(plan.id).catch(() => undefined);
        return null;
      }
      await this._attach(plan);
      hold.dispose();
      return await this._follow(plan, snapshot);
    } catch (failure) {
      if (plan) {
        void client.drop(plan.id).catch(() => undefined);
      }
      if (this.stop.closed) {
        return null;
      }
      this._putAllBack(snapshot);
      throw failure;
    } finally {
      hold.dispose();
      void link.hello();
      this.stop.dispose();
    }
  }

  private async _restart(): Promise<boolean> {
    const restarted = await this._stage.restart();
    this.stop.watch();
    return restarted;
  }

  /** Load and seed. Cells need not wait until the server has read a reply that is good as far as can be seen here. */
  private async _attach(plan: ReplayPlan): Promise<void> {
    const { client, link } = this._stage;
    let reply: Reply | null = null;
    for (const { code, expressions } of plan.attach) {
      reply = await link.request(code, expressions);
      if (reply.status !== 'error' || reply.ename !== 'LookupError') {
        break;
      }
    }
    const read = client.attached(plan.id, reply ?? {});
    if (!isGood(reply)) {
      await read;
    }
    this._compared = read.then(
      () => undefined,
      failure => {
        this._lost = true;
        this.stop.because(reason(failure));
      }
    );
  }

  private async _follow(plan: ReplayPlan, snapshot: Snapshot): Promise<Finished | null> {
    const { link, client } = this._stage;
    link.events.connect(this._onEvent, this);
    try {
      await this._runAll(plan, snapshot);
    } finally {
      link.events.disconnect(this._onEvent, this);
    }
    if (this.stop.closed) {
      throw new Error('closed');
    }
    await this._compared;
    if (this._lost) {
      throw new Error(this.stop.why);
    }
    const question = this.stop.isAlive ? await link.request('', plan.question.expressions).catch(() => null) : null;
    const stopped = this._endsAsRecorded(plan, snapshot) ? '' : this.stop.why;
    const end = await client.end(plan.id, question, stopped || null);
    return { plan, end, snapshot, stopped, ran: this._ran, cut: this._cut };
  }

  /** Tell whether a cell failed as it was recorded, and no cell after it was recorded as having run. */
  private _endsAsRecorded(plan: ReplayPlan, snapshot: Snapshot): boolean {
    const left = plan.cells.filter(id => !this._ran.has(id));
    return this._failed && this._progress.first === null && left.every(id => !snapshot.of(id)?.execution_count);
  }

  private async _runAll(plan: ReplayPlan, snapshot: Snapshot): Promise<void> {
    let last: Cell | null = null;
    for (const id of plan.cells) {
      const cell = this._widget(id);
      if (this.stop.why || this.stop.closed) {
        break;
      }
      if (cell) {
        last = cell;
        await this._runOne(plan, cell, snapshot);
      }
    }
    if (last && !this.stop.closed) {
      this._stage.runner.ended(last);
    }
  }

  private async _runOne(plan: ReplayPlan, cell: Cell, snapshot: Snapshot): Promise<void> {
    const { runner } = this._stage;
    const { id } = cell.model;
    this._ran.add(id);
    this._step({ type: 'started', cell: id });
    const end = await Promise.race([runner.run(cell), this.stop.broken]);
    if (this.stop.closed) {
      return;
    }
    this._step({ type: 'ran', cell: id });
    const recorded = snapshot.of(id);
    if (!end.ran || isInterrupt(end, recorded)) {
      this.stop.because(this._stage.trans.__('The replay was interrupted.'));
      if (recorded) {
        this._cut.set(id, recorded);
      }
      return;
    }
    this._compare(plan, cell, end);
    if (end.error && !mayFail(cell)) {
      await this._compared;
      this._failed = true;
      this.stop.because(this._stage.trans.__('A cell failed; those after it have not run.'));
    } else if (this._stage.stopAtFirst()) {
      await this._compared;
      if (this._progress.first) {
        this.stop.because(this._stage.trans.__('Stopped at the first cell that differs.'));
      }
    }
  }

  /** Hand a cell's results in once those before it are compared; the next cell need not wait for that. */
  private _compare(plan: ReplayPlan, cell: Cell, end: CellEnd): void {
    const model = codeCells(this._model()).find(other => other.id === cell.model.id);
    if (!model) {
      return;
    }
    const run = {
      cell: model.id,
      outputs: model.sharedModel.getOutputs(),
      execution_count: model.executionCount,
      event: this._events.get(model.id)?.raw ?? null,
      error: end.error && !mayFail(cell) ? end.error.text : null
    };
    this._compared = this._compared.then(async () => {
      try {
        this._step({ type: 'compared', result: await this._stage.client.cell(plan.id, run) });
      } catch (failure) {
        this._lost = true;
        this.stop.because(reason(failure));
      }
    });
  }

  private _putAllBack(snapshot: Snapshot): void {
    const all = new Map<string, Recorded>();
    for (const { id } of codeCells(this._model())) {
      const content = this._ran.has(id) ? snapshot.of(id) : null;
      if (content) {
        all.set(id, content);
      }
    }
    if (all.size) {
      snapshot.putBack(all);
    }
  }

  private _onEvent(_: KernelLink, event: KernelEvent): void {
    if (event.event === 'cell') {
      this._events.set(event.key, event);
    }
  }

  private _step(step: Step): void {
    this._progress = advance(this._progress, step);
    this._tell('');
  }

  private _tell(text: string): void {
    this._stage.told(this._progress, text);
  }

  private _widget(id: string): Cell | null {
    return this._stage.panel.content.widgets.find(cell => cell.model.id === id) ?? null;
  }

  private _model() {
    const { model } = this._stage.panel.content;
    if (!model) {
      throw new Error('closed');
    }
    return model;
  }

  private _where() {
    const { sessionContext, context } = this._stage.panel;
    const kernel = sessionContext.session?.kernel;
    if (!kernel) {
      throw new Error(this._stage.trans.__('There is no kernel: choose one first.'));
    }
    const spec = sessionContext.specsManager.specs?.kernelspecs[kernel.name];
    return {
      path: context.path,
      kernel_id: kernel.id,
      kernel_name: kernel.name,
      language: (spec?.language ?? 'python').toLowerCase()
    };
  }
}

/** Tell whether a request and all that it asked for went well. */
function isGood(reply: Reply | null): boolean {
  const asked = Object.values(asObject(asObject(reply)?.user_expressions) ?? {});
  return reply?.status === 'ok' && asked.length > 0 && asked.every(one => asObject(one)?.status === 'ok');
}
