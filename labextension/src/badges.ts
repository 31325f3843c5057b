/** The badge of a cell whose run does not tell what a fresh runtime would: why, in the kernel's words, and the ways out. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { CellWarning, Kind } from './warnings';

/** The ways out. */
export interface BadgeActions {
  rewindAndRun: (id: string) => void;
  replay: () => void;
}

const ICONS: { [kind in Kind]: string } = {
  're-run': '⟲',
  edited: '✎',
  'out of order': '⇅',
  between: '⇢',
  reseeded: '↯'
};

/** Return the badges of a cell, one for each warning; the ways out stand in the first that has any. */
export function badges(warnings: readonly CellWarning[], id: string, actions: BadgeActions, trans: TranslationBundle): HTMLElement[] {
  const main = warnings.find(warning => warning.kind !== 'reseeded');
  return warnings.map(warning => badge(warning, warning === main ? buttons(warning.kind, id, actions, trans) : [], trans));
}

/** Return what a kind of warning is called. */
export function kindWords(kind: Kind, trans: TranslationBundle): string {
  switch (kind) {
    case 're-run':
      return trans.__('Ran before');
    case 'edited':
      return trans.__('Edited');
    case 'out of order':
      return trans.__('Out of order');
    case 'between':
      return trans.__('Draws between cells');
    case 'reseeded':
      return trans.__('Reseeded');
  }
}

function badge(warning: CellWarning, more: HTMLElement[], trans: TranslationBundle): HTMLElement {
  const node = element('div', 'seednb-badge');
  node.dataset.kind = warning.kind;
  node.setAttribute('role', 'note');
  const icon = element('span', 'seednb-badge-icon', ICONS[warning.kind]);
  icon.setAttribute('aria-hidden', 'true');
  const title = element('b', 'seednb-badge-title', kindWords(warning.kind, trans));
  const text = element('span', 'seednb-badge-text', asSentence(warning));
  node.append(icon, title, text, ...more);
  return node;
}

/** What others drew before the cell stays drawn when it is rewound: to where it found the generators, which is after that. */
function buttons(kind: Kind, id: string, actions: BadgeActions, trans: TranslationBundle): HTMLElement[] {
  const replay = button(
    'replay',
    trans.__('Restart & replay'),
    trans.__('Restart the kernel, run all cells with the seed, and compare'),
    actions.replay
  );
  if (kind === 'between') {
    return [replay];
  }
  const rewind = button(
    'rewind-and-run',
    trans.__('Rewind & run'),
    trans.__('Put the generators back to where this cell first found them, and run it'),
    () => actions.rewindAndRun(id)
  );
  return [rewind, replay];
}

function button(name: string, label: string, title: string, act: () => void): HTMLElement {
  const node = element('button', 'seednb-link', label);
  node.setAttribute('type', 'button');
  node.dataset.seednb = name;
  node.title = title;
  node.addEventListener('click', event => {
    event.stopPropagation();
    act();
  });
  return node;
}

/** Return a new element. The text is never read as markup. */
export function element(name: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}

/** The names of files and sources that a text begins with stay as they are written. */
function asSentence({ text, sources }: CellWarning): string {
  const word = /^[a-z]+(?= )/.exec(text)?.[0] ?? '';
  const first = word && !sources.includes(word) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
