// Writes the README that is packed: with its pictures inside, since there is no address that a packed one could load them from.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const text = readFileSync(join(here, 'README.md'), 'utf8').replace(/\]\((images\/[^)]+\.png)\)/g,
  (_match, path) => `](data:image/png;base64,${readFileSync(join(here, path)).toString('base64')})`);
mkdirSync(join(here, 'dist'), { recursive: true });
writeFileSync(join(here, 'dist/README.md'), text);
