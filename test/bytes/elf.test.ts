import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Malformed, Spent } from '#domain/error';
import {
  buildIdOf,
  type Elf,
  ELF_TYPE,
  hardeningOf,
  namesOf,
  notesOf,
  readElf,
  symbolsOf,
} from '#engine/bytes/elf';
import { memorySource } from '#engine/bytes/source';

const READELF = '/usr/bin/readelf';
const skip = existsSync(READELF) ? false : 'readelf is not installed';

/** Files of the running system in byte order of path: programs, libraries, loader, as far as there are any. */
function systemBinaries(most: number): readonly string[] {
  const folders = ['/usr/bin', '/usr/sbin', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
  const found = new Set<string>();
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    let taken = 0;
    for (const name of readdirSync(folder).toSorted()) {
      const file = realpathSync(join(folder, name));
      const fits = statSync(file).isFile() && statSync(file).size < 3e6 && !name.endsWith('.o');
      if (!fits || readFileSync(file).subarray(0, 4).toString('latin1') !== '\x7fELF') continue;
      found.add(file);
      if (++taken === most) break;
    }
  }
  return [...found];
}

test('names, libraries and hardening of system binaries are those of readelf', { skip }, () => {
  const files = systemBinaries(30);
  assert.ok(files.length > 0);
  for (const file of files) {
    const source = memorySource(readFileSync(file));
    const elf = readElf(source);
    assert.ok(elf !== null, file);
    const theirs = theirView(file);
    assert.deepEqual(elf.dynamic?.needed ?? [], theirs.needed, `${file}: needed`);
    assert.equal(elf.dynamic?.soname ?? null, theirs.soname, `${file}: soname`);
    assert.equal(elf.interpreter, theirs.interpreter, `${file}: interpreter`);
    assert.equal(buildIdOf(source, elf), theirs.buildId, `${file}: build id`);
    const { imports, exports } = namesOf(source, elf);
    assert.deepEqual(imports.toSorted(), theirs.imports, `${file}: imports`);
    assert.deepEqual(exports.toSorted(), theirs.exports, `${file}: exports`);
    const { nx, relro, stripped } = hardeningOf(source, elf);
    assert.deepEqual({ nx, relro, stripped }, theirs.hardening, `${file}: hardening`);
    assert.deepEqual(namesOf(source, without(elf)), { imports, exports }, `${file}: without section headers`);
  }
});

/** The same file as if its section headers had been cut off. */
function without(elf: Elf): Elf {
  return { ...elf, sections: [], sectionHeaders: [0, 0] };
}

function theirView(file: string) {
  const text = execFileSync(READELF, ['-W', '-l', '-d', '-n', '-S', '--dyn-syms', file], {
    encoding: 'utf8',
    maxBuffer: 64e6,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
  const first = (pattern: RegExp) => all(pattern)[0] ?? null;
  const names = { imports: new Set<string>(), exports: new Set<string>() };
  for (const line of text.split('\n')) {
    const match =
      /^ +\d+: [\da-f]{8,16} +\S+ \S+ +(LOCAL|GLOBAL|WEAK|UNIQUE) +\S+ +(\S+) (\S+?)(?:@.*)?$/.exec(line);
    const [, binding, section, name] = match ?? [];
    if (name === undefined) continue;
    if (section === 'UND') names.imports.add(name);
    else if (binding !== 'LOCAL') names.exports.add(name);
  }
  const now = /\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW/.test(text);
  const isDynamic = /^Dynamic section at/m.test(text);
  const relro = /GNU_RELRO/.test(text);
  return {
    needed: all(/\(NEEDED\).*\[(.*)\]/g),
    soname: first(/\(SONAME\).*\[(.*)\]/g),
    interpreter: first(/program interpreter: (.*)\]/g),
    buildId: first(/Build ID: ([\da-f]+)/g),
    imports: [...names.imports].toSorted(),
    exports: [...names.exports].toSorted(),
    hardening: {
      nx: /GNU_STACK +.* RW +0/.test(text),
      relro: !isDynamic ? null : !relro ? 'none' : now ? 'full' : 'partial',
      stripped: !/ SYMTAB /.test(text),
    },
  };
}

/** A 32-bit file of one loaded segment and nothing else, in either byte order. */
function smallElf(littleEndian: boolean, size = 0x60): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, littleEndian ? 1 : 2, 1]);
  view.setUint16(16, ELF_TYPE.executable, littleEndian);
  view.setUint16(18, 8, littleEndian); // MIPS
  view.setUint32(20, 1, littleEndian); // version
  view.setUint32(28, 52, littleEndian); // program headers
  view.setUint16(40, 52, littleEndian); // size of the header
  view.setUint16(42, 32, littleEndian); // size of a program header
  view.setUint16(44, 1, littleEndian); // program headers
  view.setUint32(52, 1, littleEndian); // loaded
  view.setUint32(60, 0x400000, littleEndian); // address
  view.setUint32(68, size, littleEndian); // bytes in the file
  view.setUint32(72, size, littleEndian); // bytes in memory
  return bytes;
}

test('both byte orders of a file without sections', () => {
  for (const littleEndian of [true, false]) {
    const source = memorySource(smallElf(littleEndian));
    const elf = readElf(source);
    assert.equal(elf?.machine, 8);
    assert.equal(elf?.segments[0]?.address, 0x400000n);
    assert.deepEqual(elf?.segments[0]?.range, [0, 0x60]);
    assert.ok(elf !== null && elf !== undefined);
    assert.deepEqual(hardeningOf(source, elf), {
      nx: false,
      pie: false,
      relro: null,
      canary: null,
      fortify: null,
      stripped: true,
    });
  }
});

test('every cut and every turned bit of small files ends in a result, Malformed or Spent', () => {
  for (const input of [smallElf(true), smallElf(false)]) {
    for (let at = 0; at < input.length; at++) {
      readAll(input.slice(0, at));
      for (let bit = 0; bit < 8; bit++) {
        const bent = input.slice();
        bent[at] = (bent[at] ?? 0) ^ (1 << bit);
        readAll(bent);
      }
    }
  }
});

test('a system library cut or bent at every header byte', { skip }, () => {
  const [file] = systemBinaries(1);
  if (file === undefined) return;
  const input = readFileSync(file);
  for (let at = 0; at < Math.min(input.length, 0x400); at++) {
    readAll(input.subarray(0, at));
    const bent = Uint8Array.from(input);
    bent[at] = (bent[at] ?? 0) ^ 0x80;
    readAll(bent);
  }
});

function readAll(bytes: Uint8Array): void {
  try {
    const source = memorySource(bytes);
    const elf = readElf(source);
    if (elf === null) return;
    namesOf(source, elf);
    notesOf(source, elf);
    buildIdOf(source, elf);
    hardeningOf(source, elf);
    for (const symbol of symbolsOf(source, elf, 'static')) assert.equal(typeof symbol.name, 'string');
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
  }
}
