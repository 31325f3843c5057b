/** The messages that the Python and the TypeScript side both test. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Vectors {
  messages: { type: string; message: { [name: string]: unknown } }[];
  lines: {
    event: {
      source: string;
      seeded: boolean;
      stream: string | null;
      variables: { digest: string } | null;
      sources: { [name: string]: string };
    };
    line: string;
  }[];
}

const FILE = join(__dirname, '../../../tests/vectors/messages.json');

export const VECTORS = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
