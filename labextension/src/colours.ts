/**
 * The random states that cells leave, named so that they can be told apart at a glance: the same state has the same letter and hue.
 *
 * Letters follow the order of first appearance, as in the reports (`seednb/report/states.py`), and do without colour.
 */

const LETTERS = 26;
const HUES = 12;
/** Neighbours get hues that lie far apart; 5 and 12 have no common factor. */
const STEP = 5;
/** Words of a record's line that name no source. */
const OTHERS = ['s', 'o', 'v', 'k'];

/** The random state after a cell. */
export interface RandomState {
  /** Empty where nothing has drawn so far. */
  letter: string;
  /** One of twelve hues. */
  hue: number;
  /** The same text for the same state. */
  digest: string;
  /** The sources that the cell changed. */
  drew: string[];
}

/** Gives states their letters. */
export class StateNames {
  private readonly ranks = new Map<string, number>();

  /** Return what a state is called, from the digests of all sources that have changed so far. */
  name(sources: Map<string, string>, drew: string[]): RandomState {
    if (!sources.size) {
      return { letter: '', hue: 0, digest: '', drew };
    }
    const key = [...sources]
      .map(([source, digest]) => `${source}=${digest}`)
      .sort()
      .join(' ');
    const rank = this.ranks.get(key) ?? this.ranks.size;
    this.ranks.set(key, rank);
    return {
      letter: letters(rank),
      hue: (rank * STEP) % HUES,
      digest: shortHash(key),
      drew
    };
  }
}

/** Follows one run, cell after cell. */
export class StateTrail {
  private readonly sources = new Map<string, string>();

  constructor(private readonly names: StateNames) {}

  /** Return the state after a cell, from the sources that it changed. */
  after(changed: { [source: string]: string }): RandomState {
    const drew = Object.keys(changed).sort();
    drew.forEach(name => this.sources.set(name, changed[name] ?? ''));
    return this.names.name(this.sources, drew);
  }
}

/** Return the states that a record's lines tell of, for cells in the order of the notebook. */
export function recordedStates(
  names: StateNames,
  lines: { [key: string]: string },
  order: readonly string[]
): Map<string, RandomState> {
  const trail = new StateTrail(names);
  const states = new Map<string, RandomState>();
  for (const key of order) {
    const changed = changedSources(lines[key]);
    if (changed) {
      states.set(key, trail.after(changed));
    }
  }
  return states;
}

/** Return the sources that a record's line names with their digests; null for no line, and for a cell that ran unseeded. */
export function changedSources(
  line: string | undefined
): { [source: string]: string } | null {
  const words = line?.split(' ') ?? [];
  if (!words.length || words.includes('unseeded')) {
    return null;
  }
  const pairs = words
    .map(word => word.split('='))
    .filter(parts => parts.length === 2 && !OTHERS.includes(parts[0]!));
  return Object.fromEntries(pairs.map(([name, digest]) => [name!, digest!]));
}

/** Return A … Z, AA, AB …. */
function letters(rank: number): string {
  const rest = Math.floor(rank / LETTERS);
  const last = String.fromCharCode(65 + (rank % LETTERS));
  return rest ? letters(rest - 1) + last : last;
}

/** FNV-1a in 32 bits: tells states apart in the page, and nothing depends on it. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
