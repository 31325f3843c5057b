/** The plugin that shows what is known of each cell, and replays and verifies notebooks. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISessionContextDialogs, SessionContextDialogs } from '@jupyterlab/apputils';
import * as notebooks from '@jupyterlab/notebook';
import type { INotebookCellExecutor } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import type { SeedPanel } from './panel';
import type { Shared } from './replayer';
import { ISeedPanels } from './tokens';

/** JupyterLab before 4.2 has no such token: this one is provided by nobody. */
const IExecutor =
  'INotebookCellExecutor' in notebooks
    ? notebooks.INotebookCellExecutor
    : new Token<INotebookCellExecutor>('@seednb/labextension:INotebookCellExecutor');

export const cells: JupyterFrontEndPlugin<void> = {
  id: '@seednb/labextension:cells',
  description: 'What is known of each cell, and Restart & replay.',
  autoStart: true,
  requires: [ISeedPanels],
  optional: [ITranslator, ISessionContextDialogs, IExecutor],
  activate: (
    _: JupyterFrontEnd,
    panels: ISeedPanels,
    known: ITranslator | null,
    dialogs: ISessionContextDialogs | null,
    executor: INotebookCellExecutor | null
  ): void => {
    const translator = known ?? nullTranslator;
    const shared: Shared = {
      settings: panels.settings,
      dialogs: dialogs ?? new SessionContextDialogs({ translator }),
      translator,
      executor
    };
    const open = async (seed: SeedPanel): Promise<void> => {
      const { Control } = await import('./control');
      if (!seed.isDisposed) {
        const control = new Control(seed, panels.api, shared);
        seed.control = control;
        seed.disposed.connect(() => control.dispose());
      }
    };
    panels.all.forEach(seed => void open(seed));
    panels.added.connect((_sender, seed) => void open(seed));
  }
};
