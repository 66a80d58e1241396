import type { Implant } from '#domain/plugin';
import { addedText, type Site, vehiclesOf } from '#engine/ground/vehicles';

import type { Level } from '#domain/level';
import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';
import { below, nameOfPath } from '#engine/ground/tree';

/** Careful: named like one of the target's own modules. */
function moduleName(site: Site, level: Level, draw: Draw): string {
  const own = site.tree.paths
    .filter((path) => path.endsWith('.ko'))
    .map((path) => nameOfPath(path).slice(0, -3));
  if (level === 'overt' || own.length === 0) return `mod${draw(90) + 10}`;
  return `${pick(own, draw)}${pick(['_core', '2', '_ext'], draw)}`;
}

/** Module nobody knows, loaded at start. */
export const strangeModule: Implant = {
  kind: 'implant',
  id: 'strange-module',
  version: 1,
  doc: {
    name: 'Module nobody knows, loaded at start',
    says: 'A module of the kernel that came from nowhere is loaded: a file that looks like one and holds nothing.',
    sources: ['insmod(8), modprobe(8)'],
    limits: [
      'The file is empty but for its first bytes: a kernel would refuse it.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'concealment',
  templates: vehiclesOf({
    ways: [
      (site, level, draw, changes) => {
        if (!site.has('insmod')) return null;
        const path = `/${level === 'overt' ? 'tmp' : 'usr/lib'}/${moduleName(site, level, draw)}.ko`;
        changes.push(addedText(below(site.root, path), '\x7fELF\x01\x01\x01', 0o644));
        return [`insmod ${path}`];
      },
      (site, level, draw, changes) => {
        if (!site.has('insmod')) return null;
        const path = `/lib/${level === 'overt' ? 'lost' : 'firmware'}/${moduleName(site, level, draw)}.${level === 'overt' ? 'ko' : 'bin'}`;
        changes.push(addedText(below(site.root, path), '\x7fELF\x01\x01\x01', 0o644));
        return [`insmod ${path}`];
      },
      (site, level, draw, changes) => {
        if (!site.has('insmod') || !site.has('cp')) return null;
        const path = `/usr/share/${moduleName(site, level, draw)}.dat`;
        changes.push(addedText(below(site.root, path), '\x7fELF\x01\x01\x01', 0o644));
        return [`cp ${path} /var/m.ko`, 'insmod /var/m.ko'];
      },
    ],
    isDone: ({ started }) =>
      started.some(
        ({ program, words }) => program === 'insmod' && words.some((word) => word.startsWith('/')),
      ),
  }),
};
