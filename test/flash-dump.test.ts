import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ubootEnv } from '#engine/decode/uboot-env';
import { LIMITS, openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { explained, missing, noise, open, root, run } from './images.ts';

// What boot loaders keep in flash, and whole dumps of flash with everything at its usual place.

// --- the environment of U-Boot

const VARIABLES = [
  'bootargs=console=ttyS0,115200 root=/dev/mtdblock2',
  'bootcmd=bootm 0x9f050000',
  'ethaddr=00:00:5e:00:53:01',
  'long=' + 'run a; run b; '.repeat(200),
];

for (const [name, options] of Object.entries({
  '4 KiB': '-s 0x1000',
  'filled with zeros': '-s 0x10000 -p 0x00',
  'big endian': '-s 0x2000 -b',
  'one of two': '-s 0x20000 -r',
  'one of two, big endian': '-s 0x3000 -r -b',
  'the largest': '-s 0x40000',
})) {
  test(`uboot-env, ${name}: the variables it was made from`, { skip: missing('mkenvimage') }, () => {
    writeFileSync(join(root, 'env.txt'), `${VARIABLES.join('\n')}\n`);
    run(`mkenvimage ${options} -o env.bin env.txt`);
    const image = readFileSync(join(root, 'env.bin'));
    const { facts, range } = explained(ubootEnv, 'env.bin', 0);
    assert.deepEqual(range, [0, image.length]);
    assert.equal(facts['bootcmd'], 'bootm 0x9f050000');
    assert.equal(facts['bootargs'], 'console=ttyS0,115200 root=/dev/mtdblock2');
    assert.equal(facts['ethaddr'], '00:00:5e:00:53:01');
    assert.equal(facts['flag'], options.includes('-r') ? '1' : undefined);
    assert.match(facts['checksum'] ?? '', options.includes('-b') ? /big/ : /little/);
    const inFlash = Buffer.concat([noise(0x30000, 1), image, noise(5000, 2)]);
    const blobs = memoryBlobs();
    const { parts } = openArtefact(blobs.put(inFlash), blobs, [ubootEnv], LIMITS);
    assert.deepEqual(
      parts.map((part) => part.range),
      [[0x30000, 0x30000 + image.length]],
    );
    const content = parts[0]?.entries[0]?.content ?? null;
    assert.ok(content !== null);
    const text = Buffer.from(blobs.open(content.digest).bytes(0, content.size)).toString();
    assert.equal(text, `${VARIABLES.join('\n')}\n`);
  });
}

test('uboot-env: marks that lead nowhere cost little', () => {
  const started = performance.now();
  for (const mark of ['bootcmd=', 'bootcmd=\0', 'a\0bootcmd=\0\0', '\xff\xffbootcmd=x\0\0'])
    assert.deepEqual(open(ubootEnv, Buffer.alloc(2 ** 20, mark, 'latin1')).parts, []);
  assert.ok(performance.now() - started < 20_000);
});
