import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Part } from '#domain/artefact';
import { iso9660 } from '#engine/decode/iso9660/iso9660';
import {
  compare,
  explained,
  makeTree,
  missing,
  noise,
  open,
  root,
  run,
  type Truth,
  truthOf,
} from './images.ts';

// Images made by xorriso from one tree: what we read is compared with that tree.

const TOOLS = missing('xorriso');

/** Options of mkisofs, which xorriso understands. */
const VARIANTS: Readonly<Record<string, string>> = {
  'Rock Ridge': '-R',
  'Rock Ridge and Joliet': '-R -J',
  'Rock Ridge, hard links': '-R --hardlinks',
  'Rock Ridge, directories not moved': '-R -D',
  'Rock Ridge, an enhanced tree': '-R -iso-level 4',
};

for (const [name, options] of Object.entries(VARIANTS)) {
  test(`ISO 9660, ${name}: the tree it was made from`, { skip: TOOLS }, () => {
    const truth = tree();
    run(`rm -f iso.img; xorriso -as mkisofs -quiet ${options} -o iso.img wide`);
    const part = explained(iso9660, 'iso.img', 0);
    // The directory that deep ones were moved to is there too, but for their names.
    const entries = part.entries.filter(({ path }) => path !== 'rr_moved');
    compare(entries, truth, options.includes('hardlinks') ? [] : ['hard-link']);
    assert.equal(part.facts['only-in-other-trees'], '0 files');
  });
}

test('ISO 9660, zisofs: the tree it was made from', { skip: TOOLS }, () => {
  const truth = tree();
  run(
    'rm -f iso.img; xorriso -report_about FAILURE -outdev iso.img -map wide / -set_filter_r --zisofs / -- -commit',
  );
  const part = explained(iso9660, 'iso.img', 0);
  compare(part.entries, truth, ['hard-link']);
  const packed = part.entries.find(({ path }) => path === 'sizes/text-131073');
  assert.ok((packed?.stored[0]?.[1] ?? 0) - (packed?.stored[0]?.[0] ?? 0) < 10_000, 'stored compressed');
});

for (const [name, options] of [
  ['Joliet', '-J -joliet-long'],
  ['plain names', '-iso-level 3'],
] as const) {
  test(`ISO 9660, ${name}: the files, by names as long as they can be`, { skip: TOOLS }, () => {
    run('rm -rf plain iso.img; mkdir -p plain/DIR/INNER');
    const names = ['FILE.TXT', 'DIR/OTHER', 'DIR/INNER/LAST.BIN'];
    for (const [i, path] of names.entries()) writeFileSync(join(root, 'plain', path), noise(3000 * i, i));
    if (name === 'Joliet') writeFileSync(join(root, 'plain/Größe ☃ with a long name.conf'), 'text');
    run(`xorriso -as mkisofs --norock -quiet ${options} -o iso.img plain`);
    const part = explained(iso9660, 'iso.img', 0);
    compare(part.entries, truthOf('plain'), ['mode', 'uid', 'gid', 'modifiedAt', 'hard-link']);
  });
}

test('ISO 9660, El Torito: boot images are named, those that are no file are given', { skip: TOOLS }, () => {
  run('rm -rf boot iso.img efi.img; mkdir -p boot/isolinux');
  writeFileSync(join(root, 'boot/isolinux/loader'), noise(5000, 1));
  writeFileSync(join(root, 'boot/file'), 'text');
  writeFileSync(join(root, 'efi.img'), noise(8192, 2));
  run(
    'xorriso -as mkisofs -quiet -R -o iso.img -c boot.cat -b isolinux/loader -no-emul-boot -boot-load-size 4 -append_partition 2 0xef efi.img -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot boot',
  );
  const bytes = readFileSync(join(root, 'iso.img'));
  const [part] = open(iso9660, bytes).parts as readonly [Part];
  assert.match(
    part.facts['boot-1'] ?? '',
    /^x86, no emulation, 2048 bytes at 0x[0-9a-f]+, isolinux\/loader$/,
  );
  assert.match(
    part.facts['boot-2'] ?? '',
    /^UEFI, no emulation, 8192 bytes at 0x[0-9a-f]+, @other\/boot\/2$/,
  );
  assert.match(part.facts['partition-2'] ?? '', /type 0xef \(EFI system\)/);
  const image = part.entries.find(({ path }) => path === '@other/boot/2');
  assert.equal(image?.content?.size, 8192);
  const [start = 0] = image.stored[0] ?? [];
  assert.ok(bytes.subarray(start, start + 8192).equals(noise(8192, 2)));
});

test('ISO 9660, sessions: what a later one removed or replaced is still given', { skip: TOOLS }, () => {
  run('rm -rf first iso.img; mkdir -p first/etc');
  writeFileSync(join(root, 'first/etc/secret'), noise(3000, 1));
  writeFileSync(join(root, 'first/etc/config'), 'before\n');
  run('xorriso -report_about FAILURE -outdev iso.img -map first / -commit');
  writeFileSync(join(root, 'first/etc/config'), 'after\n');
  run(
    'xorriso -report_about FAILURE -dev iso.img -rm /etc/secret -- -map first/etc/config /etc/config -commit',
  );
  run('xorriso -report_about FAILURE -dev iso.img -map first/etc/config /etc/third -commit');
  const [part] = open(iso9660, readFileSync(join(root, 'iso.img'))).parts as readonly [Part];
  const files = part.entries.filter(({ type }) => type === 'file');
  assert.deepEqual(files.map(({ path, content }) => `${path} ${content?.size}`).toSorted(), [
    '@other/session-1/etc/config 7',
    '@other/session-1/etc/secret 3000',
    'etc/config 6',
    'etc/third 6',
  ]);
  assert.equal(part.facts['older-sessions'], '2');
});

/** The tree with directories deeper than plain ISO 9660 allows. */
function tree(): Truth {
  makeTree('wide', { sizes: 1, isWide: true });
  const deepest = join(root, 'wide/deep/1/2/3/4/5/6/7/8/9/10/11');
  if (!existsSync(deepest)) {
    mkdirSync(deepest, { recursive: true });
    writeFileSync(join(deepest, 'file'), 'deep below\n');
  }
  // A target is kept in parts: a slash behind the last one is not.
  return new Map(
    [...truthOf('wide')].map(([path, known]) => [
      path,
      { ...known, target: known.target?.replace(/\/$/, '') ?? null },
    ]),
  );
}
