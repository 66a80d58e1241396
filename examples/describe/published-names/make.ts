// node examples/describe/published-names/make.ts: writes trees around a made-up case.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Indicator } from '#domain/knowledge';

const indicator = (kind: string, value: string): Indicator => ({
  kind,
  value,
  certainty: 'checked',
  alone: true,
});

const knowledge = {
  knownCases: [
    {
      id: 'one',
      name: 'Made-up one',
      year: 2001,
      vendor: 'Example',
      class: 'service',
      contested: false,
      source: 'made up for this example',
      indicators: [
        indicator('path', '/usr/sbin/moond'),
        indicator('url-path', '/moon_shell.cgi'),
        indicator('file', 'moon_parm.txt'),
        indicator('string', 'moon'),
      ],
    },
  ],
};

function write(name: string, files: readonly string[], note: string): void {
  const folder = join(import.meta.dirname, name);
  for (const file of files) {
    const path = join(folder, 'input', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'content\n');
  }
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ knowledge }, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\n`);
}

write(
  'path-page-and-name',
  ['usr/sbin/moond', 'www/moon_shell.cgi', 'tmp/moon_parm.txt'],
  'A program at the published path, a page of the published address, a file of the published name.',
);
write(
  'inside-another-root',
  ['rootfs/usr/sbin/moond'],
  'An extracted tree with a folder above: the path fits from its end.',
);
write(
  'longer-names',
  ['usr/sbin/moond.conf', 'usr/sbin/xmoond', 'www/moon_shell.cgi/index', 'var/my_moon_parm.txt'],
  'The look-alike: names that only contain the published ones, and a folder of that name. Nothing is given.',
);
