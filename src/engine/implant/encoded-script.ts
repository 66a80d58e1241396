import type { Implant } from '#domain/plugin';
import { addedText, vehiclesOf } from '#engine/ground/vehicles';

import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';
import { below } from '#engine/ground/tree';

/** What the encoded text does: it leaves a mark that nobody reads. */
function mark(draw: Draw): string {
  return `: > /tmp/.m${draw(9000) + 1000}`;
}

function octal(text: string): string {
  return text
    .split('')
    .map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
    .join('');
}

/** Script that nobody can read. */
export const encodedScript: Implant = {
  kind: 'implant',
  id: 'encoded-script',
  version: 1,
  doc: {
    name: 'Script that nobody can read',
    says: 'Commands that stand encoded in a script or beside it and are run when it runs. They do nothing but leave a mark.',
    sources: ['base64(1), printf(1), gzip(1); POSIX.1-2017, XCU 2'],
    limits: [
      'Encodings that need a program of their own are not planted; nor scripts in other languages.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'concealment',
  templates: vehiclesOf({
    ways: [
      (site, _level, draw) =>
        site.has('base64')
          ? [`echo ${Buffer.from(`${mark(draw)}\n`).toString('base64')} | base64 -d | sh`]
          : null,
      (_site, _level, draw) => [`eval "$(printf '${octal(mark(draw))}')"`],
      (site, level, draw, changes) => {
        if (!site.has('base64')) return null;
        const path = `/usr/share/${level === 'overt' ? 'lump' : pick(['zone', 'i18n', 'charset'], draw)}${draw(90)}.dat`;
        changes.push(
          addedText(below(site.root, path), `${Buffer.from(`${mark(draw)}\n`).toString('base64')}\n`, 0o644),
        );
        return [`base64 -d ${path} | sh`];
      },
      (site, _level, draw) =>
        site.has('rev') ? [`echo '${mark(draw).split('').toReversed().join('')}' | rev | sh`] : null,
    ],
    isDone: ({ started, written }) =>
      [...written.keys(), ...started.flatMap(({ words }) => words)].some((word) =>
        word.startsWith('/tmp/.m'),
      ),
  }),
};
