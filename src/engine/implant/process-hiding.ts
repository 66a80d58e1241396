import type { Implant } from '#domain/plugin';
import { addedText, vehiclesOf } from '#engine/ground/vehicles';

import { pick } from '#engine/ground/draw';
import { below } from '#engine/ground/tree';
/** Processes out of sight. */
export const processHiding: Implant = {
  kind: 'implant',
  id: 'process-hiding',
  version: 1,
  doc: {
    name: 'Processes out of sight',
    says: 'A library is put before every program, a program runs under a name that is not its own, or the list of processes is covered.',
    sources: ['ld.so(8), /etc/ld.so.preload; execve(2); mount(8)'],
    limits: [
      'Modules of the kernel that hide processes are not planted here; the libraries are empty.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'concealment',
  templates: vehiclesOf({
    ways: [
      (site, level, draw, changes) => {
        const library = `/usr/lib/lib${level === 'overt' ? 'hide' : `nss_${pick(['files', 'dns', 'mdns'], draw)}6`}.so`;
        changes.push(addedText(below(site.root, library), '\x7fELF', 0o755));
        return [`echo ${library} > /etc/ld.so.preload`];
      },
      (site, level, draw) =>
        site.has('sleep')
          ? [`exec -a "${level === 'overt' ? '[kworker/0:9]' : `[ksoftirqd/${draw(4)}]`}" sleep 100000 &`]
          : null,
      (site, level, draw) =>
        site.has('mount')
          ? [`mount -o bind ${level === 'overt' ? '/tmp' : '/var/run'} /proc/${200 + draw(900)}`]
          : null,
    ],
    isDone: ({ started, written }) =>
      written.has('/etc/ld.so.preload') ||
      started.some(
        ({ program, words }) =>
          (program === 'exec' && words.some((word) => word.startsWith('['))) ||
          (program === 'mount' && words.some((word) => /^\/proc\/\d+$/.test(word))),
      ),
  }),
};
