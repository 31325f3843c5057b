/** seednb in JupyterLab and Notebook 7: wires the plugins, and nothing else. */

import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';

import { Api } from './api';
import { cells } from './cells';
import { addCommands } from './commands';
import { Offer } from './offer';
import { SeedPanels } from './panels';
import { ITEM, Pill } from './pill';
import { Settings } from './settings';
import { ISeedPanels } from './tokens';
import { RENDERER, seedField } from './tools';

const ID = '@seednb/labextension:plugin';

const plugin: JupyterFrontEndPlugin<ISeedPanels> = {
  id: ID,
  description: 'The seed of each notebook: in the toolbar, in commands, and in the record.',
  autoStart: true,
  provides: ISeedPanels,
  requires: [INotebookTracker],
  optional: [ITranslator, ISettingRegistry, IToolbarWidgetRegistry, ICommandPalette, IFormRendererRegistry],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    translator: ITranslator | null,
    registry: ISettingRegistry | null,
    toolbar: IToolbarWidgetRegistry | null,
    palette: ICommandPalette | null,
    forms: IFormRendererRegistry | null
  ): ISeedPanels => {
    const trans = (translator ?? nullTranslator).load('seednb');
    const settings = new Settings();
    if (registry) {
      void settings.follow(registry, ID);
    }
    const api = new Api(app.serviceManager.serverSettings);
    const panels = new SeedPanels(tracker, api, settings, trans);
    toolbar?.addFactory<NotebookPanel>('Notebook', ITEM, panel => new Pill(panels.open(panel)));
    forms?.addRenderer(RENDERER, { fieldRenderer: seedField(tracker, panels) });
    panels.added.connect((_, seed) => void new Offer(seed, settings));
    const category = trans.__('Seed');
    for (const command of addCommands(app.commands, tracker, panels, trans)) {
      palette?.addItem({ command, category });
    }
    return panels;
  }
};

export default [plugin, cells];
