/** Keeps track of what differs between the runtime that a notebook's record was made in and the one that runs now. */

import type { NotebookPanel } from '@jupyterlab/notebook';

import type { Api } from './api';
import type { Difference } from './state';
import type { Current, Json } from './wire';
import { RECORD_KEY, asObject, asText } from './wire';

export class Surroundings {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _api: Api,
    private readonly _found: (differences: Difference[]) => void
  ) {}

  /** A runtime has told of itself. */
  runtime(current: Current): void {
    this._current = current;
    void this._compare();
  }

  /** Another process runs now, and has not told of itself. */
  gone(): void {
    this._current = null;
  }

  /** The notebook has another record, perhaps. */
  record(): void {
    void this._compare();
  }

  private async _compare(): Promise<void> {
    const known = asObject(this._panel.context.model.getMetadata(RECORD_KEY));
    const environment = JSON.stringify(known?.environment) ?? '';
    const asked = `${this._current?.epoch} ${environment}`;
    if (!known || !this._current || asked === this._asked) {
      return;
    }
    this._asked = asked;
    const rows = environment ? await this._rows(known, this._current) : [];
    if (asked === this._asked) {
      this._found(rows.map(row => ({ name: asText(row.name), first: asText(row.first), second: asText(row.second) })));
    }
  }

  private async _rows(known: Json, current: Current): Promise<Json[]> {
    try {
      return (await this._api.hello()) ? await this._api.differences({ known, current: current.raw }) : [];
    } catch {
      return []; // a record that is malformed, which reading it for a replay says
    }
  }

  private _current: Current | null = null;
  private _asked = '';
}
