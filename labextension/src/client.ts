/** The server's replays and verifications, with typed answers. */

import type { Api } from './api';
import {
  asAttach,
  asList,
  asPlan,
  asRecordings,
  asOutcome,
  asResult,
  asVerification,
  isText,
  type CellResult,
  type CellRun,
  type KernelRequest,
  type ReplayEnd,
  type ReplayLeft,
  type ReplayPlan,
  type ReplayRequest,
  type Verification
} from './answers';
import { asObject, oneLine, type Json } from './wire';

/** What asks the server for replays and verifications of notebooks. */
export class ReplayClient {
  constructor(private readonly _api: Pick<Api, 'request'>) {}

  /** Plan a replay; the kernel's next start gets the planned environment. */
  async plan(request: ReplayRequest): Promise<ReplayPlan> {
    const plan = asPlan(await this._post('replays', { ...request }));
    if (!plan) {
      throw new Error('the Jupyter server has answered without a plan');
    }
    return plan;
  }

  /** Hand in the kernel's reply to a request that attaches; return what is to be sent to it next, if that was no answer. */
  async attached(id: string, reply: object | null): Promise<KernelRequest | null> {
    return asAttach(await this._post(`replays/${id}/attached`, { reply }));
  }

  /** Hand in what cells gave, in the order in which they ran; return how they compare. */
  async cells(id: string, cells: CellRun[]): Promise<CellResult[]> {
    return asList((await this._post(`replays/${id}/cells`, { cells })).cells).map(asResult);
  }

  /** End a replay. */
  async end(id: string, left: ReplayLeft): Promise<ReplayEnd> {
    const told = await this._post(`replays/${id}/end`, { ...left });
    return {
      ...asOutcome(told),
      keep: asRecordings(told.keep),
      restore: asRecordings(told.restore),
      record: asObject(told.record),
      recorded: asObject(told.recorded)
    };
  }

  /** Give a replay up. */
  async drop(id: string): Promise<void> {
    await this._api.request('DELETE', `replays/${id}`);
  }

  /** Begin to verify a saved notebook in a fresh kernel; return the verification's id. */
  async verify(path: string, seed: number | null): Promise<string> {
    const { id } = await this._post('verifications', { path, seed });
    if (!isText(id)) {
      throw new Error('the Jupyter server has not begun to verify');
    }
    return id;
  }

  /** Wait until a verification is further than `after`, for some seconds at most. */
  async follow(id: string, after: number): Promise<Verification> {
    const path = `verifications/${id}?after=${after}`;
    return asVerification(await this._api.request('GET', path));
  }

  /** Cancel a verification. */
  async cancel(id: string): Promise<void> {
    await this._api.request('DELETE', `verifications/${id}`);
  }

  private _post(path: string, body: Json): Promise<Json> {
    return this._api.request('POST', path, body);
  }
}

/** Return a failure in one line, whatever it is. */
export function reason(failure: unknown): string {
  return oneLine(failure instanceof Error ? failure.message : String(failure));
}

/** Tell whether the server no longer knows what was asked for. */
export function isGone(failure: unknown): boolean {
  return failure instanceof Error && 'status' in failure && failure.status === 404;
}
