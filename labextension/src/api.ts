/** Requests to seednb's part of the Jupyter server. Where it is missing, everything but replays goes on without it. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { type Json, asObject, asTable, asText, oneLine } from './bounds';
import type { Lines } from './states';

/** The server has refused, in one line; status 404 of `hello` means that seednb is not installed there. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
  }
}

const NO_SERVER = 'there is no Jupyter server that could do this, as in JupyterLite: verify the notebook where one runs, or with seednb verify';

/** What it means that nobody of ours has answered, by status; servers of mere files answer to POST with the last two. */
const NOT_OURS: { [status: number]: string } = {
  404: 'the Jupyter server does not have seednb: install it in the environment that runs the server, and restart the server',
  405: NO_SERVER,
  501: NO_SERVER
};

export class Api {
  constructor(settings: ServerConnection.ISettings) {
    this._settings = settings;
  }

  /** Ask once whether the server has seednb's part; null where it has not. */
  hello(): Promise<Json | null> {
    return (this._hello ??= this.request('GET', 'hello').catch(() => null));
  }

  /** Return the two silent codes that load the kernel side into a kernel. */
  async load(language: string): Promise<string[]> {
    const query = URLExt.objectToQueryString({ language });
    const found = await this.request('GET', `load${query}`);
    return [asText(found.code, Infinity), asText(found.archive, Infinity)];
  }

  /** Return the kernel's record, completed and merged over what the notebook has. */
  async record(body: Json): Promise<Json> {
    const found = await this.request('POST', 'record', body);
    const record = asObject(found.record);
    if (!record) {
      throw new ApiError('the server has answered without a record', 502);
    }
    return record;
  }

  /** Return the lines of a record that calls cells by their sources, by the cells' ids. */
  async lines(body: Json): Promise<Lines> {
    const found = await this.request('POST', 'lines', body);
    return asTable(found.lines);
  }

  /** Return what differs between a record and a runtime. */
  async differences(body: Json): Promise<Json[]> {
    const found = await this.request('POST', 'differences', body);
    const rows: unknown[] = Array.isArray(found.differences)
      ? found.differences
      : [];
    return rows.map(asObject).filter((row): row is Json => row !== null);
  }

  /** Send a request; return the answer's JSON object. */
  async request(method: string, path: string, body?: Json): Promise<Json> {
    const url = URLExt.join(this._settings.baseUrl, 'seednb/api', path);
    const init: RequestInit = { method };
    if (body) {
      init.body = JSON.stringify(body);
    }
    const response = await this._send(url, init);
    const text = await response.text();
    const answer = asObject(parsed(text));
    if (!response.ok) {
      throw new ApiError(complaint(response, answer), response.status);
    }
    return answer ?? {};
  }

  /** Return the address of a page that the server serves, for a new tab. */
  url(path: string): string {
    return URLExt.join(this._settings.baseUrl, 'seednb/api', path);
  }

  private async _send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await ServerConnection.makeRequest(url, init, this._settings);
    } catch {
      throw new ApiError('the Jupyter server does not answer', 0);
    }
  }

  private readonly _settings: ServerConnection.ISettings;
  private _hello: Promise<Json | null> | null = null;
}

function complaint(response: Response, answer: Json | null): string {
  const said = oneLine(asText(answer?.message));
  const isOurs = said !== '' && said !== response.statusText;
  const meaning = isOurs ? undefined : NOT_OURS[response.status];
  return meaning ?? (said || response.statusText || `the Jupyter server answers ${response.status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
