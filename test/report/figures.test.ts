import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  atLeast,
  counted,
  grouped,
  offset,
  ranged,
  shortDigests,
  showCommand,
  sized,
  tenthsOf,
} from '#engine/report/figures';
import * as fc from 'fast-check';
import { digestOf, router } from './records.ts';

test('a share is never said to be more than it is', () => {
  assert.equal(atLeast(0.9999), '99.9 %');
  assert.equal(atLeast(1 - 1e-12), '99.9 %');
  assert.equal(atLeast(1), '100 %');
  assert.equal(atLeast(0.29), '29 %');
  assert.equal(atLeast(0.7529), '75.2 %');
  assert.equal(atLeast(0), '0 %');
});

test('kinds add up to all, and no gap is rounded away', () => {
  const gap = { gap: true };
  const rest = { gap: false };
  assert.deepEqual(
    tenthsOf(1e10, [
      { bytes: 1e10 - 1, ...rest },
      { bytes: 1, ...gap },
    ]),
    [999, 1],
  );
  assert.deepEqual(
    tenthsOf(3, [
      { bytes: 1, ...rest },
      { bytes: 1, ...rest },
      { bytes: 1, ...gap },
    ]),
    [333, 333, 334],
  );
  assert.deepEqual(tenthsOf(0, [{ bytes: 0, ...rest }]), [0]);
  const bytes = fc.integer({ min: 0, max: 2 ** 40 });
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (a, b, c, d) => {
      const total = a + b + c + d;
      fc.pre(total > 0);
      const shares = tenthsOf(total, [
        { bytes: a, ...rest },
        { bytes: b, ...rest },
        { bytes: c, ...gap },
        { bytes: d, ...gap },
      ]);
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        1000,
      );
      for (const [i, each] of [c, d].entries())
        assert.ok((shares[i + 2] ?? 0) >= Math.floor((each / total) * 1000));
      if (c > 0) assert.ok((shares[2] ?? 0) > 0);
    }),
  );
});

test('numbers are written for people', () => {
  assert.equal(grouped(999), '999');
  assert.equal(grouped(1_234_567), '1,234,567');
  assert.equal(counted(1, 'byte'), '1 byte');
  assert.equal(counted(1140, 'unit'), '1,140 units');
  assert.equal(sized(1023), '1,023 bytes');
  assert.equal(sized(41_943_040), '40.0 MiB');
  assert.equal(offset(0x1f3a4), '0x01f3a4');
  assert.equal(ranged([120, 164]), 'bytes 120-164');
  assert.equal(ranged(null), 'the entry itself');
});

test('digests are as short as they differ, at least twelve digits', () => {
  assert.equal(shortDigests(router)(digestOf('77ab029d')), `sha256:${digestOf('77ab029d').slice(7, 19)}`);
  const [input] = router.inputs;
  assert.ok(input !== undefined);
  const alike = [0, 1].map((i) => ({ ...input, digest: digestOf(`${'a'.repeat(20)}${i}`) }));
  const [one, two] = alike.map(({ digest }) => shortDigests({ ...router, inputs: alike })(digest));
  assert.notEqual(one, two);
  assert.equal(showCommand('sha256:aabbccddeeff', [1, 2]), 'assay show sha256:aabbccddeeff@1-2');
  assert.equal(showCommand('sha256:aabbccddeeff', null), 'assay show sha256:aabbccddeeff');
});
