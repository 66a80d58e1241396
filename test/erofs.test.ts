import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { erofs } from '#engine/decode/erofs/erofs';
import { compare, makeTree, missing, noise, open, root, run, type Truth, truthOf } from './images.ts';

// Images made by erofs-utils from one tree: what we read is compared with that tree.

const TOOLS = missing('mkfs.erofs');

/** What the program at hand knows: newer ones have more compressions. */
const help = TOOLS === false ? run('mkfs.erofs --help 2>&1 || true') : '';

const VARIANTS: Readonly<Record<string, { readonly options: string; readonly needs?: string }>> = {
  'not compressed': { options: '' },
  'no ends among the metadata': { options: '-E noinline_data' },
  'inodes of the long form': { options: '-E force-inode-extended' },
  'inodes of the short form': { options: '--ignore-mtime --all-root -E force-inode-compact' },
  'chunks of a block, holes between': { options: '--chunksize=4096' },
  'chunks of 64 KiB': { options: '--chunksize=65536' },
  LZ4: { options: '-zlz4' },
  'LZ4, much tried': { options: '-zlz4hc,9' },
  'LZ4, several blocks an extent': { options: '-zlz4hc -C65536' },
  'LZ4, long indexes': { options: '-zlz4 -E legacy-compress' },
  'LZ4, long inodes': { options: '-zlz4hc -E force-inode-extended' },
  'LZ4, compressed ends among the metadata': { options: '-zlz4hc -E ztailpacking' },
  'LZ4, the same with several blocks': { options: '-zlz4hc -C16384 -E ztailpacking' },
  'LZ4, short extents': { options: '-zlz4 --max-extent-bytes=8192' },
  'LZ4, ends in one inode': { options: '-zlz4hc -E fragments', needs: 'fragments' },
  'LZ4, all in one inode': { options: '-zlz4hc -C65536 -E all-fragments', needs: 'all-fragments' },
  'LZ4, the same content once': { options: '-zlz4hc -E dedupe', needs: 'dedupe' },
  LZMA: { options: '-zlzma', needs: 'lzma' },
  'LZMA, several blocks an extent': { options: '-zlzma -C65536 -E ztailpacking', needs: 'lzma' },
  DEFLATE: { options: '-zdeflate', needs: 'deflate' },
  Zstandard: { options: '-zzstd', needs: 'zstd' },
};

for (const [name, { options, needs = '' }] of Object.entries(VARIANTS)) {
  const absent = TOOLS !== false || help.includes(needs) ? TOOLS : `mkfs.erofs without ${needs}`;
  test(`EROFS, ${name}: the tree it was made from`, { skip: absent }, () => {
    const truth = tree();
    run(`rm -f erofs.img; mkfs.erofs --quiet ${options} erofs.img wide`);
    const { parts, extents } = open(erofs, readFileSync(join(root, 'erofs.img')));
    const [part] = parts;
    assert.ok(part !== undefined, 'recognised');
    // Up to where the next inode may begin, some versions leave what stood in memory.
    const gaps = extents.filter(({ range, reason }) => reason !== null && range[1] - range[0] >= 32);
    assert.deepEqual(gaps, []);
    const untold = options.includes('all-root') ? (['modifiedAt', 'uid', 'gid'] as const) : [];
    compare(part.entries, truth, untold);
    assert.equal(part.facts['checksum'], 'right');
    assert.equal(part.facts['inodes-in-tree'], part.facts['inodes-stated']);
  });
}

/** The tree with files that compress well and badly in turn. */
function tree(): Truth {
  makeTree('wide', { sizes: 1, isWide: true });
  const mixed = join(root, 'wide/sizes/mixed');
  if (!existsSync(mixed)) {
    const parts = Array.from({ length: 40 }, (_, i) =>
      i % 3 === 0 ? noise(7000, i) : Buffer.alloc(30_000 + 1000 * i, `line ${i} of a text that goes on\n`),
    );
    writeFileSync(mixed, Buffer.concat(parts));
  }
  return truthOf('wide');
}
