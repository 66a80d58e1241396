import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Format } from '#domain/plugin';
import { compress } from '#engine/decode/compress';
import { lzip } from '#engine/decode/lzip';
import { KINDS, sample } from './bytes/samples.ts';
import { bends, given, packed, withoutTool } from './bytes/streams.ts';

for (const [tool, format, forms] of [
  ['lzip', lzip, [['-0'], ['-9'], ['-6', '-s', '4096'], ['-0', '-b', '100000']]],
  ['compress', compress, [['-f'], ['-f', '-b', '12'], ['-f', '-b', '10']]],
] as const satisfies readonly (readonly [string, Format, readonly (readonly string[])[]])[]) {
  test(`what ${tool} packs is unpacked`, { skip: withoutTool(tool) }, () => {
    for (const kind of KINDS) {
      for (const size of [1, 5000, kind === 'mixed' ? 1_500_000 : 70_001]) {
        const plain = sample(kind, size, size + 4);
        for (const form of forms) {
          const stream = packed(plain, tool, '-c', ...form);
          const found = given(format, stream);
          assert.ok(
            found?.content?.equals(plain) === true,
            `${kind}, ${size} bytes, ${form.join(' ')}: ${found?.why}`,
          );
          assert.equal(found.end, stream.length);
        }
      }
    }
  });

  test(`what ${tool} packs, cut and bent, gives content or a reason`, { skip: withoutTool(tool) }, () => {
    for (const bent of bends(packed(sample('text', 120), tool, '-c', '-f'))) given(format, bent);
  });
}
