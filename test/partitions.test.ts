import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Part } from '#domain/artefact';
import { gpt } from '#engine/decode/gpt';
import { mbr } from '#engine/decode/mbr';
import { missing, noise, open, root, run } from './images.ts';

// Disks divided by the tools that everybody uses: what we read is compared with what sfdisk lists of them.

const SECTORS = 40_960;

interface Listed {
  readonly node: string;
  readonly start: number;
  readonly size: number;
  readonly type: string;
  readonly name?: string;
  readonly uuid?: string;
}

/** A disk of noise, so that every partition has other content. */
function blank(): void {
  writeFileSync(
    join(root, 'disk.img'),
    noise(SECTORS * 512, 5)
      .fill(0, 0, 2048 * 512)
      .fill(0, (SECTORS - 34) * 512),
  );
}

/** The table as sfdisk has it, and what we read of the same disk. */
function both(format: typeof mbr): {
  readonly listed: readonly Listed[];
  readonly part: Part;
  readonly disk: Buffer;
} {
  const { partitiontable } = JSON.parse(run('sfdisk -J disk.img')) as {
    partitiontable: { partitions: readonly Listed[] };
  };
  const disk = readFileSync(join(root, 'disk.img'));
  const [part] = open(format, disk).parts;
  assert.ok(part !== undefined, 'recognised');
  return { listed: partitiontable.partitions, part, disk };
}

/** Compares names, places and content. */
function same({ listed, part, disk }: ReturnType<typeof both>): void {
  const truth = listed.map(({ node, start, size }) => {
    const content = disk.subarray(start * 512, (start + size) * 512);
    const digest = createHash('sha256').update(content).digest('hex');
    return `partition-${node.replace('disk.img', '')} ${start * 512} ${content.length} sha256:${digest}`;
  });
  const entries = part.entries.map(
    ({ path, stored, content }) => `${path} ${stored[0]?.[0]} ${content?.size} ${content?.digest}`,
  );
  assert.deepEqual(entries.toSorted(), truth.toSorted());
  assert.equal(part.facts['first-break'], undefined);
}

for (const [name, script] of Object.entries({
  'four partitions': 'size=2000,type=c,bootable\nsize=5000,type=83\nsize=3000,type=82\ntype=83',
  'logical partitions':
    'size=2000,type=83\ntype=5\nsize=2048,type=83\nsize=4096,type=83\nsize=1000,type=b\nsize=64,type=8e',
  'an extended partition first': 'size=20000,type=f\nsize=4096,type=83\nsize=2048,type=83\nsize=2048,type=da',
})) {
  test(`MBR, ${name}: the partitions that sfdisk lists`, { skip: missing('sfdisk') }, () => {
    blank();
    writeFileSync(join(root, 'script'), `label: dos\n${script}\n`);
    run('sfdisk -q disk.img < script');
    const { listed, part, disk } = both(mbr);
    const isExtended = ({ type }: Listed) => type === '5' || type === 'f';
    same({ listed: listed.filter((each) => !isExtended(each)), part, disk });
    for (const { node, type } of listed)
      assert.match(
        part.facts[node.replace('disk.img', 'partition-')] ?? '',
        new RegExp(`type 0x0?${type}\\b`),
      );
  });
}

const ROOT_TYPE = '0fc63daf-8483-4772-8e79-3d69d8477de4';

for (const [name, tools, command] of [
  ['by sfdisk', ['sfdisk'], `sfdisk -q disk.img < script`],
  [
    'by sgdisk',
    ['sfdisk', 'sgdisk'],
    'sgdisk -n 1:2048:+1M -t 1:ef00 -c 1:boot -n 7:0:+3M -t 7:8300 -c 7:größe -A 7:set:60 disk.img',
  ],
  [
    'by sgdisk, a hybrid',
    ['sfdisk', 'sgdisk'],
    'sgdisk -n 1:2048:+1M -t 1:ef00 -c 1:boot -n 2:0:+3M -t 2:8300 -c 2:root disk.img; sgdisk -h 2 disk.img',
  ],
] as const) {
  test(`GPT, ${name}: the partitions that sfdisk lists`, { skip: missing(...tools) }, () => {
    blank();
    writeFileSync(
      join(root, 'script'),
      `label: gpt\nsize=2048,name=boot,type=U\nsize=8192,name=root,type=${ROOT_TYPE}\ntype=${ROOT_TYPE}\n`,
    );
    run(command);
    const found = both(gpt);
    same(found);
    const right = 'checksum of the header right, of the entries right';
    assert.equal(found.part.facts['primary-table'], right);
    assert.equal(found.part.facts['backup-table'], right);
    for (const { node, uuid, type, name: label } of found.listed) {
      const said = found.part.facts[node.replace('disk.img', 'partition-')] ?? '';
      assert.ok(
        said.includes(`guid ${uuid?.toLowerCase()}`) && said.includes(`type ${type.toLowerCase()}`),
        said,
      );
      assert.ok(said.endsWith(`name "${Buffer.from(label ?? '', 'latin1').toString()}"`), said);
    }
  });
}

test('GPT, first table overwritten: the partitions from the copy at the end', {
  skip: missing('sfdisk', 'sgdisk'),
}, () => {
  blank();
  run('sgdisk -n 1:2048:+1M -c 1:boot -n 2:0:+3M -c 2:root disk.img');
  const { listed, disk } = both(gpt);
  const [part] = open(gpt, disk.fill(0, 512, 17_408)).parts;
  assert.ok(part !== undefined);
  same({ listed, part, disk });
  assert.equal(part.facts['table-used'], 'backup');
});

test('MBR, a disk of gigabytes: what is not copied is left to be searched where it stands', () => {
  const sector = new Uint8Array(512);
  const view = new DataView(sector.buffer);
  for (const [i, [start, length]] of [
    [2048, 2 ** 20],
    [2 ** 21, 2 ** 23],
    [2 ** 24, 2048],
  ].entries()) {
    sector[446 + 16 * i + 4] = 0x83;
    view.setUint32(446 + 16 * i + 8, start ?? 0, true);
    view.setUint32(446 + 16 * i + 12, length ?? 0, true);
  }
  sector.set([0x55, 0xaa], 510);
  const zeros = new Uint8Array(2 ** 20);
  const source = {
    size: 2 ** 34,
    bytes: (from: number, to: number) =>
      from < 512 ? sector.subarray(from, to) : zeros.subarray(0, to - from),
  };
  const given = new Map<string, number>();
  let path = '';
  for (const reading of mbr.open(source, true) ?? []) {
    if (reading.kind === 'entry') path = reading.entry.path;
    if (reading.kind === 'piece') given.set(path, (given.get(path) ?? 0) + reading.bytes.length);
    if (reading.kind === 'extent' && reading.role === 'payload')
      assert.ok(reading.range[1] <= 2 ** 33 + 2 ** 20);
  }
  assert.deepEqual(
    [...given],
    [
      ['partition-1', 2 ** 29],
      ['partition-3', 2 ** 20],
    ],
  );
});
