/** The seed in Notebook Tools: the same form as in the popover, for the notebook that is in front. */

import type { INotebookTracker } from '@jupyterlab/notebook';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { SeedForm } from './seedform';
import type { ISeedPanels } from './tokens';

/** The name of the field's renderer, as the settings' schema has it. */
export const RENDERER = '@seednb/labextension:plugin.seed';

/** Return the field that the metadata form shows. */
export function seedField(tracker: INotebookTracker, panels: ISeedPanels): () => React.ReactElement {
  return function SeedField() {
    return (
      <UseSignal signal={tracker.currentChanged}>
        {() => {
          const seed = tracker.currentWidget && panels.get(tracker.currentWidget);
          return seed ? (
            <div className="seednb-ui seednb-tools">
              <UseSignal signal={seed.changed}>{() => <SeedForm seed={seed} />}</UseSignal>
            </div>
          ) : (
            <></>
          );
        }}
      </UseSignal>
    );
  };
}
