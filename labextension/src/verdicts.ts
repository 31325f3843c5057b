/**
 * The verdicts of the comparison engine as people see them: the same names and marks as in the reports.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

/** How one cell of a replay compares with its record, from best to worst. */
export const VERDICTS = [
  'identical',
  'equivalent',
  'close',
  'missing',
  'diverged',
  'failed'
] as const;

export type VerdictName = (typeof VERDICTS)[number];

/** Of each verdict, the mark that does without colour. */
export const MARKS: { [name in VerdictName]: string } = {
  identical: '✓',
  equivalent: '≈',
  close: '~',
  missing: '·',
  diverged: '✗',
  failed: '!'
};

/** Read a verdict's name; `missing` for one that this version does not know. */
export function asVerdict(value: unknown): VerdictName {
  return VERDICTS.find(name => name === value) ?? 'missing';
}

/** Tell whether a verdict means that the runs differ. */
export function isBad(verdict: VerdictName): boolean {
  return verdict === 'diverged' || verdict === 'failed';
}

/** Return what a verdict means, in one line. */
export function meaning(verdict: VerdictName, trans: TranslationBundle): string {
  switch (verdict) {
    case 'identical':
      return trans.__(
        'equal; only addresses and random ids may differ, consistently'
      );
    case 'equivalent':
      return trans.__('equal but for what a named, harmless rule covers');
    case 'close':
      return trans.__('within the tolerance that was asked for');
    case 'missing':
      return trans.__('there was nothing to compare with');
    case 'diverged':
      return trans.__('different');
    case 'failed':
      return trans.__('the cell raised an error');
  }
}

/** Return a verdict's name in the user's language. */
export function label(verdict: VerdictName, trans: TranslationBundle): string {
  switch (verdict) {
    case 'identical':
      return trans.__('identical');
    case 'equivalent':
      return trans.__('equivalent');
    case 'close':
      return trans.__('close');
    case 'missing':
      return trans.__('missing');
    case 'diverged':
      return trans.__('diverged');
    case 'failed':
      return trans.__('failed');
  }
}
