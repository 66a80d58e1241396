// node examples/describe/published-indicators/make.ts: writes inputs around made-up cases.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Indicator, KnownCase } from '#domain/knowledge';

const indicator = (kind: string, value: string): Indicator => ({
  kind,
  value,
  certainty: 'checked',
  alone: true,
});

const madeUp = (id: string, indicators: readonly Indicator[]): KnownCase => ({
  id,
  name: `Made-up ${id}`,
  year: 2001,
  vendor: 'Example',
  class: 'account',
  contested: false,
  source: 'made up for this example',
  indicators,
});

const knowledge = {
  knownCases: [
    madeUp('one', [indicator('string', 'open_the_moon_42'), indicator('port', 'tcp/4242')]),
    madeUp('two', [indicator('credential', 'support/lunar99'), indicator('bytes', 'C0FFEE4200')]),
    madeUp('three', [indicator('domain', 'moon.example'), indicator('ip', '192.0.2.77')]),
    madeUp('four', [indicator('path', '/usr/sbin/moond'), indicator('string-prefix', 'MOON1')]),
  ],
};

function write(name: string, bytes: Uint8Array, note: string): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.bin'), bytes);
  writeFileSync(join(folder, 'case.json'), `${JSON.stringify({ knowledge }, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\n`);
}

write(
  'every-kind',
  Buffer.concat([
    Buffer.from('\x7fprogram\0open_the_moon_42\0user=support password=lunar99\0'),
    Buffer.from([0xc0, 0xff, 0xee, 0x42, 0x00]),
    Buffer.from('http://update.moon.example/x 192.0.2.77:80 exec /usr/sbin/moond -d MOON1abc\0open_the_moon_42\0'),
  ]),
  'Made by hand: one place for each indicator of four made-up cases; the second occurrence of a string is not given.',
);
write(
  'longer-words',
  Buffer.from(
    [
      'reopen_the_moon_42 open_the_moon_423',
      'lunar99 alone without who it belongs to',
      'bluemoon.example moon.example.org 192.0.2.770 1192.0.2.77 192.0.2.77.1',
      '/usr/sbin/moond.conf',
    ].join('\n'),
  ),
  'The look-alike: every indicator goes on at one of its ends, and the password stands without its user. Nothing is given.',
);
write(
  'bytes-as-text',
  Buffer.from('magic = c0ffee4200\nnot this: c0ffee42001\n'),
  'A byte sequence written in hexadecimal, as scripts do.',
);
write('nothing-known', Buffer.from('plain text without any of them\n'), 'Nothing to give.');
