import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xzBlock } from '#engine/bytes/xz';
import { xz } from '#engine/decode/xz';
import { KINDS, sample } from './samples.ts';
import { bends, given, packed, stopOf, withoutTool } from './streams.ts';

const skip = withoutTool('xz');

const write = (plain: Uint8Array, ...options: readonly string[]) =>
  packed(plain, 'xz', '-c', '-T1', ...options);

function assertOpens(stream: Buffer, plain: Uint8Array, what: string): void {
  const found = given(xz, Buffer.concat([stream, Buffer.from('what follows')]), false);
  assert.ok(found?.content?.equals(plain) === true, `${what}: ${found?.why}`);
  assert.equal(found.end, stream.length, what);
}

test('what xz writes opens, to the byte of its end', { skip }, () => {
  for (const kind of KINDS) {
    for (const size of [0, 1, 300, 70_000, 1_300_000]) {
      const plain = sample(kind, size, size + 2);
      for (const options of [
        ['-0'],
        ['-6'],
        ['-C', 'none', '-1'],
        ['-C', 'crc32'],
        ['-C', 'sha256', '--block-size=65536'],
      ]) {
        if (size > 1e6 && options[0] !== '-0') continue;
        assertOpens(write(plain, ...options), plain, `${kind}, ${size} bytes, ${options.join(' ')}`);
      }
    }
  }
});

test('properties and dictionaries of every size open', { skip }, () => {
  const plain = sample('mixed', 400_000, 8);
  for (const options of [
    'lc=0,lp=0,pb=0',
    'lc=4,lp=0,pb=4',
    'lc=0,lp=4,pb=1',
    'lc=2,lp=2,pb=2',
    'dict=4KiB',
    'dict=6KiB',
    'dict=96KiB',
  ]) {
    assertOpens(write(plain, `--lzma2=preset=3,${options}`), plain, options);
  }
});

test('streams and blocks by several threads are one content', { skip }, () => {
  const plain = sample('mixed', 500_000, 3);
  const threads = packed(plain, 'xz', '-c', '-T2', '--block-size=100000', '-1');
  assertOpens(
    Buffer.concat([threads, Buffer.alloc(8), write(plain, '-0')]),
    Buffer.concat([plain, plain]),
    'two streams',
  );
});

const FILTERS = ['x86', 'arm', 'armthumb', 'powerpc', 'sparc', 'arm64', 'ia64'];

test('branch filters of every processor give what was packed', { skip }, () => {
  for (const filter of FILTERS) {
    for (const [seed, start] of [
      [1, ''],
      [2, '=start=4096'],
      [3, '=start=4294963200'],
    ] as const) {
      const plain = sample('code', 60_000 + seed, seed);
      const stream = write(plain, `--${filter}${start}`, '--lzma2=preset=0');
      assert.notEqual(
        stream.length,
        write(plain, '--lzma2=preset=0').length,
        `${filter} changes nothing in this sample`,
      );
      assertOpens(stream, plain, filter + start);
      if (start === '')
        assert.ok(Buffer.from(xzBlock(stream, plain.length)).equals(plain), `${filter}, as a block`);
    }
  }
});

test('the delta filter, and filters one after another, give what was packed', { skip }, () => {
  const plain = sample('code', 60_000, 6);
  for (const distance of [1, 2, 4, 7, 255, 256])
    assertOpens(write(plain, `--delta=dist=${distance}`, '--lzma2'), plain, `${distance}`);
  assertOpens(write(plain, '--x86', '--delta=dist=4', '--arm', '--lzma2'), plain, 'three');
});

test('cut at every byte and with every bit turned, a stream gives what was packed or stops', { skip }, () => {
  for (const options of [
    ['-C', 'crc32'],
    ['--x86', '--lzma2'],
    ['-C', 'sha256', '--block-size=60'],
  ]) {
    const plain = Buffer.from(sample('text', 110, 4));
    for (const bent of bends(write(plain, ...options))) {
      const content = given(xz, bent)?.content ?? null;
      assert.ok(content === null || content.equals(plain));
    }
  }
});

test('a bent block of a file system gives a result or stops', { skip }, () => {
  for (const kind of KINDS) {
    for (const bent of bends(write(sample(kind, 90, 5), '-C', 'none'))) {
      try {
        assert.ok(xzBlock(bent, 4096).length <= 4096);
      } catch (error) {
        stopOf(error, bent.length);
      }
    }
  }
});
