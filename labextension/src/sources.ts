/**
 * Cells that a record does not call by their ids: in files that store none (nbformat before 4.5), and where nobody told the kernel.
 *
 * Only the server can tell which cell a digest of a source means.
 */

import type { INotebookModel } from '@jupyterlab/notebook';

import type { Api } from './api';
import { type Json, asObject, asTable } from './bounds';
import { callsBySource } from './merge';
import type { Lines } from './states';
import { RECORD_KEY } from './wire';

/** Return what the server needs to tell the cells of these records: each code cell's source, by its id. Empty where they are called by their ids. */
export function sourcesOf(model: INotebookModel, records: readonly (Json | null)[]): Json {
  const { cells, nbformat, nbformatMinor } = model;
  const stored = nbformat > 4 || nbformatMinor >= 5;
  if (stored && !records.some(callsBySource)) {
    return {};
  }
  const code = [...cells].filter(cell => cell.type === 'code');
  return { stored_ids: stored, sources: Object.fromEntries(code.map(cell => [cell.id, cell.sharedModel.getSource()])) };
}

/** Return the lines of a notebook's record by the cells' ids; those that the record has, where the server does not answer. */
export async function linesById(model: INotebookModel, api: Api): Promise<Lines> {
  const known = asObject(model.getMetadata(RECORD_KEY));
  try {
    return await api.lines({ known, ...sourcesOf(model, [known]) });
  } catch {
    return asTable(known?.cells);
  }
}
