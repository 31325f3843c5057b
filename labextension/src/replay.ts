/**
 * Restart & replay: restarts the kernel, seeds it before its first cell, runs the notebook's cells, and compares each as it finishes.
 *
 * A few cells are sent ahead while they are quick, as a notebook's own "run all" does: whatever stops a replay, cells that have not run keep what they
 * show, or show it again.
 */

import type { Cell, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';

import type { CellResult, Recorded, ReplayPlan } from './answers';
import { attach, giveBack, question } from './attaching';
import { Comparing } from './comparing';
import { Snapshot, codeCells } from './outputs';
import type { Reply } from './link';
import { type Progress, type Step, advance, planned } from './progress';
import { silence } from './running';
import type { Finished, Sent, Stage } from './stage';
import { type Lives, Stop, isInterrupt, mayFail } from './stopping';

/** For how long a plan holds, in ms; the server waits for a start a little longer. */
const PATIENCE = 50_000;
/** After a cell that took less, in ms, more of those that follow wait in the kernel. */
const QUICK = 100;
const MOST_AHEAD = 31;
const AT_FIRST = 3;

/** One replay of one notebook. */
export class Replay {
  readonly stop: Stop;
  private _progress: Progress = planned(0, []);
  private readonly _ran = new Set<string>();
  private readonly _cut = new Map<string, Recorded>();
  private _id: string | null = null;
  private _failed = false;
  /** How many cells wait in the kernel behind the one that runs. */
  private _ahead = AT_FIRST;
  private _taken = 0;
  /** How the runtime stands after its last cell. */
  private _asked: Promise<Reply | null> | null = null;

  constructor(
    private readonly _stage: Stage,
    lives: Lives
  ) {
    this.stop = new Stop(lives, _stage.trans);
  }

  /** Replay; null where the user did not want the restart, or the notebook was closed. Fails in one line, with the notebook as it was. */
  async run(seed: number | null): Promise<Finished | null> {
    const { link } = this._stage;
    const snapshot = new Snapshot(this._model());
    const hold = link.hold();
    try {
      const plan = await this._begin(snapshot, seed);
      if (plan) {
        const comparing = await this._attach(plan);
        hold.dispose();
        return await this._follow(plan, snapshot, comparing);
      }
      return null;
    } catch (failure) {
      void this._drop();
      if (this.stop.closed) {
        return null;
      }
      this._putAllBack(snapshot);
      throw this.stop.why ? new Error(this.stop.why) : failure;
    } finally {
      hold.dispose();
      void link.hello();
      this.stop.dispose();
    }
  }

  /** Plan, and restart the kernel; null where the user did not want that. */
  private async _begin(snapshot: Snapshot, seed: number | null): Promise<ReplayPlan | null> {
    const { panel, restart } = this._stage;
    let plan = await this._prepare(snapshot, seed);
    const since = Date.now();
    if (!(await restart())) {
      await this._drop();
      return null;
    }
    if (Date.now() - since > PATIENCE) {
      // The user took longer over Jupyter's question than the server waits for the kernel's start.
      plan = await this._prepare(snapshot, seed);
      await panel.sessionContext.restartKernel();
    }
    this.stop.watch();
    return plan;
  }

  private async _prepare(snapshot: Snapshot, seed: number | null): Promise<ReplayPlan> {
    const { client, panel, trans } = this._stage;
    this._tell(trans.__('Planning …'));
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel) {
      throw new Error(trans.__('There is no kernel: choose one first.'));
    }
    const { notebook } = snapshot;
    const plan = await client.plan({ path: panel.context.localPath, kernel_id: kernel.id, notebook, seed });
    this._id = plan.id;
    this._progress = planned(plan.seed, plan.cells);
    this._tell(trans.__('Restarting the kernel …'));
    return plan;
  }

  private async _drop(): Promise<void> {
    if (this._id !== null) {
      await this._stage.client.drop(this._id).catch(() => undefined);
    }
  }

  /** Load and seed. */
  private async _attach(plan: ReplayPlan): Promise<Comparing> {
    const { client, link } = this._stage;
    const handIn = await attach(link, client, plan);
    const compared = (results: CellResult[]): void => {
      this._stage.compared(results);
      this._step({ type: 'compared', results });
    };
    return new Comparing(client, link, plan.id, handIn, compared, problem => this.stop.because(problem));
  }

  private async _follow(plan: ReplayPlan, snapshot: Snapshot, comparing: Comparing): Promise<Finished> {
    const { client, link } = this._stage;
    try {
      await this._runAll(plan, snapshot, comparing);
      if (this.stop.closed) {
        throw new Error('closed');
      }
      const asked = this.stop.isAlive ? this._ask(plan) : null;
      const [reply, cells] = await Promise.all([asked, comparing.sent()]);
      const stopped = this._endsAsRecorded(plan, snapshot) ? '' : this.stop.why;
      const outputs = comparing.updated(codeCells(this._model()));
      const end = await client.end(plan.id, { reply, stopped: stopped || null, cells, outputs });
      return { plan, end, snapshot, stopped, ran: this._ran, cut: this._cut };
    } finally {
      comparing.dispose();
      if (this.stop.isAlive) {
        void giveBack(link, plan);
      }
    }
  }

  /** Tell whether a cell failed as it was recorded, and no cell after it was recorded as having run. */
  private _endsAsRecorded(plan: ReplayPlan, snapshot: Snapshot): boolean {
    const left = plan.cells.filter(id => !this._ran.has(id) || this._cut.has(id));
    return this._failed && this._progress.first === null && left.every(id => !snapshot.of(id)?.execution_count);
  }

  private async _runAll(plan: ReplayPlan, snapshot: Snapshot, comparing: Comparing): Promise<void> {
    const sent: Sent[] = [];
    let last: Cell | null = null;
    const takeDownTo = async (left: () => number): Promise<void> => {
      while (sent.length > left()) {
        await this._take(sent.shift()!, plan, snapshot, comparing);
      }
    };
    for (const id of plan.cells) {
      if (this._stage.panel.sessionContext.pendingInput) {
        await takeDownTo(() => 0); // JupyterLab runs no cell while one waits for its user
      }
      const cell = this._widget(id);
      if (cell && !this.stop.why && !this.stop.closed) {
        last = cell;
        sent.push(this._send(cell, isLast(plan, id) ? () => void this._ask(plan) : undefined));
        if (sent.length > this._mayWait()) {
          // Several at once: the page lays out anew after each cell that it sends.
          await takeDownTo(() => this._mayWait() / 2);
        }
      }
    }
    await takeDownTo(() => 0);
    if (last && !this.stop.closed) {
      this._stage.runner.ended(last);
    }
  }

  /** Return how many cells may be on their way: none behind one whose verdict decides whether they run. */
  private _mayWait(): number {
    return this._stage.stopAtFirst() ? 0 : this._ahead;
  }

  /** Ask how the runtime stands: right behind the last cell, so that the end waits for one answer less. */
  private _ask(plan: ReplayPlan): Promise<Reply | null> {
    return (this._asked ??= question(this._stage.link, plan));
  }

  private _send(cell: Cell, onTheWay?: () => void): Sent {
    const { id } = cell.model;
    this._ran.add(id);
    this._step({ type: 'started', cell: id });
    return { cell, id, since: Date.now(), end: Promise.race([this._stage.runner.run(cell, onTheWay), this.stop.broken]) };
  }

  /** Take what the cell gave that was sent first. One that ends after the replay has ended does not count. */
  private async _take({ cell, id, since, end: ending }: Sent, plan: ReplayPlan, snapshot: Snapshot, comparing: Comparing): Promise<void> {
    const end = await ending;
    if (this.stop.closed) {
      return;
    }
    this._step({ type: 'ran', cell: id });
    const recorded = snapshot.of(id);
    if (this.stop.why || !end.ran || isInterrupt(end, recorded)) {
      const { trans } = this._stage;
      this.stop.because(cell.isDisposed ? trans.__('A cell was deleted while it ran.') : trans.__('The replay was interrupted.'));
      if (!this.stop.isAlive) {
        silence(cell);
      }
      if (recorded) {
        this._cut.set(id, recorded);
      }
      return;
    }
    const took = Date.now() - Math.max(since, this._taken);
    this._taken = Date.now();
    this._ahead = took < QUICK ? Math.min(2 * this._ahead + 1, MOST_AHEAD) : 0;
    const failed = end.error && !cell.isDisposed && !mayFail(cell) ? end.error.text : null;
    if (!cell.isDisposed) {
      comparing.add(cell.model as ICodeCellModel, failed);
    }
    await this._goOn(failed !== null, isLast(plan, id), comparing);
  }

  /** Wait for the comparison where it decides whether another cell runs. What ends with its last cell has not stopped. */
  private async _goOn(failed: boolean, last: boolean, comparing: Comparing): Promise<void> {
    const { trans, stopAtFirst } = this._stage;
    this._failed ||= failed;
    if (failed || stopAtFirst()) {
      await comparing.settled();
    }
    if (failed && !last) {
      this.stop.because(trans.__('A cell failed; those after it have not run.'));
    } else if (stopAtFirst() && !last && this._progress.first) {
      this.stop.because(trans.__('The cells after the first difference have not run, as your settings ask.'));
    }
  }

  private _putAllBack(snapshot: Snapshot): void {
    const before = [...this._ran].map(id => [id, snapshot.of(id)] as const);
    const known = before.filter((pair): pair is [string, Recorded] => pair[1] !== null);
    if (known.length) {
      snapshot.putBack(new Map(known));
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

  private _model(): INotebookModel {
    const { model } = this._stage.panel.content;
    if (!model) {
      throw new Error('closed');
    }
    return model;
  }
}

function isLast({ cells }: ReplayPlan, id: string): boolean {
  return id === cells[cells.length - 1];
}
