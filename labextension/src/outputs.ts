/**
 * Puts recorded outputs back into cells: in one step that cannot be undone, so that a notebook which reproduced is the same file as before.
 */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { ICodeCell, INotebookContent, IOutput } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { JSONObject, PartialJSONObject, PartialJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';

import type { Recorded } from './answers';

const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';
/** What running a cell does to its metadata. */
const TOUCHED = ['execution', 'collapsed', 'scrolled', 'jupyter'] as const;

/** What a code cell held before a replay. */
interface Before extends Recorded {
  metadata: PartialJSONObject;
  trusted: boolean;
  /** It was waiting to run, or running. */
  isPending: boolean;
}

/** A notebook as it was before a replay. */
export class Snapshot {
  /** With the id of each cell, also where the format stores none. */
  readonly notebook: INotebookContent;
  private readonly _cells = new Map<string, Before>();

  constructor(private readonly _model: INotebookModel) {
    const notebook = _model.toJSON() as INotebookContent;
    const models = [..._model.cells];
    this._stored = stored(notebook);
    this.notebook = {
      ...notebook,
      cells: notebook.cells.map((cell, index) => ({ ...cell, id: models[index]?.id ?? cell.id }))
    } as INotebookContent;
    for (const [index, cell] of notebook.cells.entries()) {
      const model = models[index];
      if (model && cell.cell_type === 'code') {
        this._cells.set(model.id, before(cell as ICodeCell, model as ICodeCellModel));
      }
    }
  }

  /** Return what a cell held; null for one that was not there. */
  of(id: string): Recorded | null {
    return this._cells.get(id) ?? null;
  }

  /** Tell whether a cell was waiting to run, or running: what it had shown before was gone already. */
  wasPending(id: string): boolean {
    return this._cells.get(id)?.isPending ?? false;
  }

  /**
   * Put these contents back, and whatever else belongs into the same step.
   *
   * Two transactions that nothing comes between: outputs go through the view's model, as those of a running cell do
   * (https://github.com/jupyterlab/jupyterlab/blob/main/packages/cells/src/model.ts); what replaces them in the shared
   * model within one transaction is appended to streams that are still there.
   */
  putBack(contents: ReadonlyMap<string, Recorded>, more: () => void = () => undefined): void {
    const { sharedModel } = this._model;
    const each = (put: (cell: ICodeCellModel, content: Recorded, was: Before | undefined) => void): void => {
      for (const cell of codeCells(this._model)) {
        const content = contents.get(cell.id);
        if (content) {
          put(cell, content, this._cells.get(cell.id));
        }
      }
    };
    // Others who edit the notebook would join a stream that takes another's place in one step with it.
    sharedModel.transact(() => each(clearOutputs), false, 'silent-change');
    sharedModel.transact(() => each(putOutputs), false, 'silent-change');
    sharedModel.transact(() => {
      each(putRest);
      more();
    }, false);
  }

  /** Tell whether the notebook is what it was, but for what no file stores. */
  isBack(): boolean {
    return JSONExt.deepEqual(stored(this._model.toJSON()), this._stored);
  }

  private readonly _stored: PartialJSONValue;
}

/** Return the notebook's code cells. */
export function codeCells(model: INotebookModel): ICodeCellModel[] {
  return [...model.cells].filter((cell): cell is ICodeCellModel => cell.type === 'code');
}

/** Tell whether an output is the live view of a widget, which must point to the new runtime. */
export function hasLiveView(outputs: readonly IOutput[]): boolean {
  return outputs.some(output => {
    const data = output.data;
    return typeof data === 'object' && data !== null && WIDGET_VIEW in data;
  });
}

function before(cell: ICodeCell, { trusted, executionState }: ICodeCellModel): Before {
  const { outputs, execution_count, metadata } = cell;
  const execution = (metadata as PartialJSONObject).execution;
  return {
    outputs,
    execution_count: execution_count ?? null,
    execution: JSONExt.isObject(execution ?? null) ? (execution as JSONObject) : null,
    metadata: metadata as PartialJSONObject,
    trusted,
    isPending: executionState === 'running'
  };
}

function clearOutputs(cell: ICodeCellModel, content: Recorded): void {
  if (!isThere(cell, content)) {
    cell.outputs.clear();
  }
}

/** Tell whether a cell's outputs are to stay: they are what they should be, or a live view. */
function isThere(cell: ICodeCellModel, content: Recorded): boolean {
  const now = cell.sharedModel.getOutputs();
  return hasLiveView(now) || JSONExt.deepEqual(now, content.outputs);
}

function putOutputs(cell: ICodeCellModel, content: Recorded, was: Before | undefined): void {
  const { sharedModel } = cell;
  if (isThere(cell, content)) {
    return;
  }
  // What was not trusted before the cell ran is not trusted because another output was made meanwhile.
  if (was && !was.trusted) {
    cell.trusted = false;
    sharedModel.setMetadata('trusted', false);
  }
  cell.outputs.fromJSON(content.outputs);
  // The view joins neighbouring streams, which the file may hold apart.
  if (!JSONExt.deepEqual(sharedModel.getOutputs(), content.outputs)) {
    sharedModel.setOutputs(content.outputs);
  }
}

function putRest(cell: ICodeCellModel, content: Recorded, was: Before | undefined): void {
  cell.executionCount = content.execution_count;
  const metadata: PartialJSONObject = { ...was?.metadata, execution: content.execution ?? undefined };
  for (const name of TOUCHED) {
    setMetadata(cell, name, metadata[name]);
  }
}

function setMetadata(cell: ICodeCellModel, name: string, value: PartialJSONValue | undefined): void {
  const now = cell.sharedModel.getMetadata(name) as PartialJSONValue | undefined;
  if (value === undefined) {
    if (now !== undefined) {
      cell.sharedModel.deleteMetadata(name);
    }
  } else if (now === undefined || !JSONExt.deepEqual(now, value)) {
    cell.sharedModel.setMetadata(name, value);
  }
}

function stored(notebook: PartialJSONValue): PartialJSONValue {
  const copy = JSONExt.deepCopy(notebook) as unknown as INotebookContent;
  copy.cells.forEach(cell => delete (cell.metadata as PartialJSONObject).trusted);
  return copy as unknown as PartialJSONValue;
}
