// node examples/decode/rpm/make.ts: writes packages tag by tag, as rpm's manual of the format lays them out.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { be16, be32, bytes, field, noise, padded, patched, writeCases } from '../../craft.ts';

/** A value of the store: type, how many, its bytes. */
type Value = readonly [type: number, count: number, content: Buffer];

const text = (value: string): Value => [6, 1, Buffer.from(`${value}\0`)];
const texts = (...values: readonly string[]): Value => [8, values.length, Buffer.from(values.map((value) => `${value}\0`).join(''))];
const words = (...values: readonly number[]): Value => [4, values.length, bytes(...values.map(be32))];
const raw = (value: Uint8Array): Value => [7, value.length, Buffer.from(value)];

function header(tags: Readonly<Record<number, Value>>): Buffer {
  const index: Buffer[] = [];
  let store: Buffer = Buffer.alloc(0);
  for (const [tag, [type, count, content]] of Object.entries(tags)) {
    if (type === 4) store = padded(store, 4);
    index.push(bytes(be32(Number(tag)), be32(type), be32(store.length), be32(count)));
    store = bytes(store, content);
  }
  return bytes([0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0], be32(index.length), be32(store.length), ...index, store);
}

function lead(name: string, kind = 5): Buffer {
  return bytes([0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0], be16(1), field(name, 66), be16(1), be16(kind), field('', 16));
}

function hashOf(algorithm: string, ...parts: readonly Uint8Array[]): Buffer {
  return createHash(algorithm).update(bytes(...parts)).digest();
}

function cpioOf(path: string, content: string): Buffer {
  const member = (name: string, mode: number, body: string) => {
    const numbers = [1, mode, 0, 0, 1, 1_600_000_000, body.length, 0, 0, 0, 0, name.length + 1, 0];
    const hex = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
    return bytes(padded(`070701${hex}${name}\0`, 4), padded(body, 4));
  };
  return bytes(member(path, 0o100755, content), member('TRAILER!!!', 0, ''));
}

const program = '#!/bin/sh\nexec agent\n';
const payload = gzipSync(cpioOf('./usr/bin/agent', program));
payload[9] = 3; // the same system in the header of gzip wherever this runs
const described = {
  1000: text('router-agent'),
  1001: text('1.2'),
  1002: text('3'),
  1003: words(4),
  1006: words(1_600_000_000),
  1007: text('build.example.net'),
  1011: text('Example'),
  1021: text('linux'),
  1022: text('mips'),
  1124: text('cpio'),
  1125: text('gzip'),
};
const files = {
  1035: texts(hashOf('sha256', Buffer.from(program)).toString('hex'), ''),
  1116: words(0, 1),
  1117: texts('agent', 'agent.d'),
  1118: texts('/usr/bin/', '/etc/'),
  5011: words(8),
};
const scripts = {
  1023: text('useradd -r agent\n'),
  1024: text('/usr/bin/agent &\n'),
  1085: text('/bin/sh'),
  1086: text('/bin/sh'),
  1088: text('/sbin/ldconfig'),
  1151: text('print("before")\n'),
  1153: text('<lua>'),
};
const triggers = { 1065: texts('echo first\n', 'print "second";\n'), 1092: texts('/bin/sh', '/usr/bin/perl') };
const digest = { 5092: texts(hashOf('sha256', payload).toString('hex')), 5093: words(8) };

interface Options {
  readonly size?: number;
  readonly without?: readonly number[];
  readonly content?: Buffer;
}

function rpm(tags: Readonly<Record<number, Value>>, { size, without = [], content = payload }: Options = {}): Buffer {
  const main = header(tags);
  const all: Readonly<Record<number, Value>> = {
    268: raw(noise(16)),
    269: text(hashOf('sha1', main).toString('hex')),
    273: text(hashOf('sha256', main).toString('hex')),
    1000: words(size ?? main.length + content.length),
    1004: raw(hashOf('md5', main, content)),
  };
  const kept = Object.fromEntries(Object.entries(all).filter(([tag]) => !without.includes(Number(tag))));
  return bytes(lead('router-agent-1.2-3'), padded(header(kept), 8), main, content);
}

const whole = rpm({ ...described, ...files, ...scripts, ...triggers, ...digest });

writeCases(import.meta.dirname, '../make.ts', {
  'with-scripts': { input: whole, note: 'Scripts of the shell, of Lua and of triggers, one program without a script, digests of files, header and payload.' },
  'old-names': {
    input: rpm({ ...described, 1027: texts('/usr/bin/agent'), 1035: texts(hashOf('md5', Buffer.from(program)).toString('hex')) }, { without: [268, 269, 273] }),
    note: 'As version 3 of rpm wrote it: whole paths, MD5, nothing signed.',
  },
  'payload-changed': {
    input: patched(whole, whole.length - 20, 'changed'),
    note: 'The payload was changed behind the digests: both that cover it are wrong, those of the header right.',
  },
  'inside-other-bytes': { input: bytes(noise(500), whole, noise(700, 2)), note: 'The size in the signature header tells where the package ends.' },
  'inside-without-size': {
    input: bytes(noise(501), rpm(described, { without: [1000, 1004] }), noise(300, 2)),
    note: 'Nothing tells where the payload ends: it is found by its own format.',
  },
  'cut-short': { input: whole.subarray(0, whole.length - 30), note: 'The payload is not all there: it is not given, its bytes are searched.' },
  'cut-in-the-header': { input: whole.subarray(0, 700), note: 'The second header leaves the file.' },
  'values-that-lead-nowhere': {
    input: rpm({
      ...described,
      1000: [6, 1, Buffer.from('no end')],
      1006: [4, 0xffff, be32(7)],
      1117: [8, 0xffff_fff0, Buffer.from('agent\0')],
      1024: [8, 50, Buffer.from('one\0two\0')],
      1086: [9, 1, Buffer.from('/bin/sh\0')],
      1000_000: [6, 1, Buffer.from('no end')],
    }, { size: 5 }),
    note: 'Counts larger than the header, a text without an end, a size smaller than the header: what can be read is given.',
  },
  'payload-empty': { input: rpm(described, { content: Buffer.alloc(0) }), note: 'A package without files.' },
  'mark-alone': { input: bytes(noise(64), [0xed, 0xab, 0xee, 0xdb, 3, 0], noise(200, 3)), note: 'The look-alike: a program that knows the mark, no header behind the lead.' },
  'lead-of-1996': { input: patched(whole, 78, be16(1)), note: 'Another kind of signature follows the lead: not this format.' },
});
