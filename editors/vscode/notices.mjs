// Collects the licences of what the extension carries: the packages in its bundles, and the modules in its server.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** licences returns the texts of the licences in a folder. */
function licences(folder) {
  return readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name) && !/\.go$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
}

/** npmPackages returns the folders of the packages that esbuild put into bundles. */
function npmPackages(inputs) {
  return [...new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))].sort();
}

/** writeNotices writes the file, given the inputs of all bundles, the Go modules ({ Path, Version, Dir }) and the Go root. */
export function writeNotices(path, root, inputs, modules, goRoot) {
  const parts = [readFileSync(join(root, 'NOTICE'), 'utf8').trim()];
  const add = (name, folder) => {
    const texts = licences(folder);
    if (texts.length === 0) throw new Error(`${name} has no licence in ${folder}`);
    parts.push(`${name}\n${'-'.repeat(name.length)}\n\n${texts.join('\n\n')}`);
  };
  for (const folder of npmPackages(inputs)) {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    add(`${name} ${version}`, folder);
  }
  for (const { Path, Version, Dir } of modules) add(`${Path} ${Version}`, Dir);
  add('The Go standard library', goRoot);
  writeFileSync(path, parts.join('\n\n\n') + '\n');
}
