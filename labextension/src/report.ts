/** Opens the report of a replay or a verification in a tab of its own. */

import type { Api } from './api';

/** Open a report; tell whether there is one at that address. Only an id is taken from what the server named. */
export function openReport(api: Pick<Api, 'url'>, report: string): boolean {
  const id = /(?:^|\/)reports\/([A-Za-z0-9_-]+)$/.exec(report)?.[1];
  if (id === undefined) {
    return false;
  }
  window.open(api.url(`reports/${id}`), '_blank', 'noopener');
  return true;
}
