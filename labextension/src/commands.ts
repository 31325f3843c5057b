/** The verbs as commands: for the palette, the Kernel menu, shortcuts and other extensions. */

import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

import type { SeedPanel } from './panel';
import { pillOf } from './pill';
import type { PanelState } from './state';
import type { ISeedPanels } from './tokens';
import { MAX_SEED, isSeed } from './wire';

/** The ids of all commands. */
export const COMMANDS = {
  openMenu: 'seednb:open-menu',
  load: 'seednb:load',
  setSeed: 'seednb:set-seed',
  newSeed: 'seednb:new-seed',
  useRecorded: 'seednb:use-recorded',
  replay: 'seednb:restart-and-replay',
  verify: 'seednb:verify',
  stop: 'seednb:stop',
  setMode: 'seednb:set-mode',
  toggleStrict: 'seednb:toggle-strict',
  rewindAndRun: 'seednb:rewind-and-run',
  showReport: 'seednb:show-report',
  restoreRecorded: 'seednb:restore-recorded'
} as const;

/** A verb: what it is called, what it needs, what it does to the current notebook. */
interface Verb {
  id: string;
  label: string;
  caption: string;
  args?: ReadonlyJSONObject;
  isEnabled: (seed: SeedPanel, state: PanelState) => boolean;
  isToggled?: (state: PanelState) => boolean;
  execute: (
    seed: SeedPanel,
    args: ReadonlyPartialJSONObject
  ) => Promise<unknown> | void;
}

/** Add all commands; return the ids of those that need no arguments, for the palette. */
export function addCommands(
  commands: CommandRegistry,
  tracker: INotebookTracker,
  panels: ISeedPanels,
  trans: TranslationBundle
): string[] {
  const current = (): SeedPanel | null =>
    tracker.currentWidget && panels.get(tracker.currentWidget);
  const verbs = [...seedVerbs(trans), ...replayVerbs(trans)];
  for (const verb of verbs) {
    commands.addCommand(verb.id, {
      label: verb.label,
      caption: verb.caption,
      describedBy: { args: verb.args ?? object({}) },
      isEnabled: () => {
        const seed = current();
        return seed !== null && verb.isEnabled(seed, seed.state);
      },
      ...(verb.isToggled && {
        isToggleable: true,
        isToggled: () => {
          const seed = current();
          return seed !== null && verb.isToggled?.(seed.state) === true;
        }
      }),
      execute: async args => {
        const seed = current();
        return seed ? verb.execute(seed, args) : undefined;
      }
    });
  }
  followState(commands, tracker, panels, verbs);
  return verbs.filter(verb => !verb.args?.required).map(verb => verb.id);
}

function seedVerbs(trans: TranslationBundle): Verb[] {
  const ready = (_: SeedPanel, state: PanelState): boolean =>
    state.loaded === 'yes' && state.asking === '';
  return [
    {
      id: COMMANDS.openMenu,
      label: trans.__('Seed…'),
      caption: trans.__('Show the seed of this notebook, and what can be done with it'),
      isEnabled: seed => pillOf(seed.panel) !== null,
      execute: seed => pillOf(seed.panel)?.toggle()
    },
    {
      id: COMMANDS.load,
      label: trans.__('Load seednb into This Kernel'),
      caption: trans.__('Seed and record what this kernel runs from now on'),
      isEnabled: (_, state) => state.loaded === 'no' && state.asking === '',
      execute: seed => seed.load()
    },
    {
      id: COMMANDS.setSeed,
      label: trans.__('Set Seed'),
      caption: trans.__('Set the seed of this kernel'),
      args: object({ seed: { type: 'integer', minimum: 0, maximum: MAX_SEED } }, ['seed']),
      isEnabled: ready,
      execute: (seed, { seed: value }) => {
        if (!isSeed(value)) {
          throw new Error(trans.__('A seed is a whole number from 0 to %1.', MAX_SEED));
        }
        return seed.setSeed(value);
      }
    },
    {
      id: COMMANDS.newSeed,
      label: trans.__('New Seed'),
      caption: trans.__('Generate a seed that was never used'),
      isEnabled: ready,
      execute: seed => seed.setSeed(null)
    },
    {
      id: COMMANDS.useRecorded,
      label: trans.__('Use the Recorded Seed'),
      caption: trans.__("Seed this kernel with what the notebook's record names"),
      isEnabled: (seed, state) => ready(seed, state) && state.record !== null,
      execute: seed => seed.useRecorded()
    },
    {
      id: COMMANDS.setMode,
      label: trans.__('Set How Cells Draw'),
      caption: trans.__('From one stream, or each cell from its own'),
      args: object({ mode: { type: 'string', enum: ['stream', 'per-cell'] } }, ['mode']),
      isEnabled: ready,
      execute: (seed, { mode }) =>
        seed.setMode(mode === 'per-cell' ? 'per-cell' : 'stream')
    },
    {
      id: COMMANDS.toggleStrict,
      label: trans.__('Strict: Deterministic Operations Only'),
      caption: trans.__('Slower, and an error where an operation has no deterministic form'),
      isEnabled: ready,
      isToggled: state => state.runtime?.strict === true,
      execute: seed => seed.setStrict(!seed.state.runtime?.strict)
    }
  ];
}

function replayVerbs(trans: TranslationBundle): Verb[] {
  const idle = (seed: SeedPanel, state: PanelState): boolean =>
    seed.control !== null && state.activity === null;
  return [
    {
      id: COMMANDS.replay,
      label: trans.__('Restart Kernel and Replay…'),
      caption: trans.__('Restart, run all cells with the recorded seed, and compare each with its record'),
      args: object({ confirm: { type: 'boolean', default: true } }),
      isEnabled: idle,
      execute: (seed, { confirm }) =>
        seed.control?.replay({ confirm: confirm !== false })
    },
    {
      id: COMMANDS.verify,
      label: trans.__('Verify in Background'),
      caption: trans.__('Replay the saved notebook in a fresh kernel, beside this one'),
      isEnabled: idle,
      execute: seed => seed.control?.verify()
    },
    {
      id: COMMANDS.stop,
      label: trans.__('Stop Replaying'),
      caption: trans.__('Stop the replay or verification that is under way'),
      isEnabled: (seed, state) => seed.control !== null && state.activity !== null,
      execute: seed => seed.control?.stop()
    },
    {
      id: COMMANDS.rewindAndRun,
      label: trans.__('Rewind and Run Cell'),
      caption: trans.__('Put the generators back to where this cell first found them, and run it'),
      args: object({ cellId: { type: 'string' } }),
      isEnabled: (seed, state) => idle(seed, state) && state.loaded === 'yes',
      execute: (seed, { cellId }) => seed.control?.rewindAndRun(text(cellId))
    },
    {
      id: COMMANDS.showReport,
      label: trans.__('Show the Report of the Last Replay'),
      caption: trans.__('Open it in a new browser tab'),
      isEnabled: (seed, state) => idle(seed, state) && state.verdict?.hasReport === true,
      execute: seed => seed.control?.showReport()
    },
    {
      id: COMMANDS.restoreRecorded,
      label: trans.__('Put the Recorded Outputs Back'),
      caption: trans.__('Undo what the last replay changed in cells that differ'),
      isEnabled: (seed, state) => idle(seed, state) && state.verdict?.canRestore === true,
      execute: seed => seed.control?.restoreRecorded()
    }
  ];
}

/** Let menus and palette ask again when a verb can be used, or is on, that was not before: they all draw themselves again for each. */
function followState(
  commands: CommandRegistry,
  tracker: INotebookTracker,
  panels: ISeedPanels,
  verbs: Verb[]
): void {
  const looks = new Map<string, string>();
  const changed = (): void => {
    for (const { id } of verbs) {
      const look = `${commands.isEnabled(id)} ${commands.isToggled(id)}`;
      if (looks.get(id) !== look) {
        looks.set(id, look);
        commands.notifyCommandChanged(id);
      }
    }
  };
  panels.added.connect((_, seed) => seed.changed.connect(changed));
  tracker.currentChanged.connect(changed);
}

function text(value: ReadonlyPartialJSONValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function object(
  properties: ReadonlyJSONObject,
  required?: string[]
): ReadonlyJSONObject {
  return { type: 'object', properties, ...(required && { required }) };
}
