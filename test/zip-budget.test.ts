import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { zip } from '#engine/decode/zip/zip';
import { LIMITS, openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';

/** A ZIP of one member, compressed by bzip2 (method 12). */
function zipOf(name: string, packed: Buffer, content: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(46, 0); // version needed
  fields.writeUInt16LE(12, 4); // method
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
  const directory = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.of(46, 0),
    fields,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

test('a member that spends its budget has no content, and the gap names the budget', (t) => {
  if (spawnSync('bzip2', ['--version'], { input: '' }).error !== undefined) {
    t.skip('bzip2 is not installed');
    return;
  }
  const content = Buffer.alloc(64 * 2 ** 20);
  const bytes = zipOf('zeros', execFileSync('bzip2', ['-9'], { input: content }), content);
  const blobs = memoryBlobs();
  const { parts, extents } = openArtefact(blobs.put(bytes), blobs, [zip], LIMITS);
  const contents = parts.flatMap(({ entries }) => entries.map((entry) => entry.content));
  assert.deepEqual(
    contents.filter((found) => found !== null),
    [],
    'part of a member must not pass for the whole of it',
  );
  assert.ok(
    extents.some(({ reason }) => reason?.startsWith('budget: ')),
    JSON.stringify(extents),
  );
});
