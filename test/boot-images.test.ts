import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Extent, Part } from '#domain/artefact';
import type { Format } from '#domain/plugin';
import { androidBoot } from '#engine/decode/android-boot';
import { androidSparse } from '#engine/decode/android-sparse';
import { bzimage } from '#engine/decode/bzimage';
import { bzip2 } from '#engine/decode/bzip2';
import { deviceTree } from '#engine/decode/device-tree';
import { fit } from '#engine/decode/fit';
import { gzip } from '#engine/decode/gzip';
import { linuxKernel } from '#engine/decode/linux-kernel';
import { lz4 } from '#engine/decode/lz4';
import { lzma } from '#engine/decode/lzma';
import { lzop } from '#engine/decode/lzop';
import { seama } from '#engine/decode/seama';
import { tplink } from '#engine/decode/tplink';
import { uBootEnvironment } from '#engine/decode/u-boot-environment';
import { uimage } from '#engine/decode/uimage';
import { xz } from '#engine/decode/xz';
import { LIMITS, openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { noise } from '../examples/craft.ts';

// Images made by the tools of boot loaders: what we read is compared with what went into them, and with what a second
// reader takes out of them.

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'boot-images-'));
});

after(() => {
  if (root !== '') rmSync(root, { recursive: true });
});

/** False: all of them are there. Else what is said of the test that is skipped. */
function missing(...tools: readonly string[]): string | false {
  const absent = tools.filter((tool) => !PATH.split(':').some((folder) => existsSync(join(folder, tool))));
  return absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;
}

function run(command: string): void {
  execFileSync('/bin/sh', ['-ec', command], {
    cwd: root,
    env: { ...process.env, PATH, TZ: 'UTC' },
    stdio: 'ignore',
  });
}

function write(name: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
}

const read = (name: string) => readFileSync(join(root, name));

interface Found {
  readonly part: Part;
  readonly extents: readonly Extent[];
  /** Content of the entry of that path. */
  content(path: string): Buffer;
}

/** The one part that begins at the first byte. */
function open(format: Format, name: string): Found {
  const blobs = memoryBlobs();
  const { parts, extents } = openArtefact(blobs.put(read(name)), blobs, [format], LIMITS);
  const [part] = parts;
  assert(part !== undefined && part.range[0] === 0, `${format.id} does not open ${name}`);
  return {
    part,
    extents,
    content(path) {
      const entry = part.entries.find((candidate) => candidate.path === path);
      assert(entry?.content, `${path} has no content`);
      const source = blobs.open(entry.content.digest);
      return Buffer.from(source.bytes(0, source.size));
    },
  };
}

/** Every byte has a role that explains it. */
function assertExplained({ extents }: Found): void {
  assert.deepEqual(
    extents.filter(({ reason }) => reason !== null),
    [],
  );
}

// --- device tree

const BOARD = `/dts-v1/;
/memreserve/ 0x10000000 0x4000;
/memreserve/ 0x8000000000 0x1;
/ {
  #address-cells = <2>; #size-cells = <1>; model = "Board \\"one\\", rev\\\\2"; compatible = "a,b", "c";
  empty; zero = <0>; bytes = [00 01 fe]; large = <0xffffffff 0x7fffffff>; odd = [41 42 00 00]; wide = /bits/ 64 <1>;
  blank = ""; lines = "one\\ntwo\\t";
  blob = /incbin/("blob.bin");
  soc { cpu@0 { reg = <0 0 1>; phandle = <7>; deep { deeper { deepest = "x"; }; }; }; cpu@1 { }; };
  tail { text = "end"; };
};
`;

for (const version of [16, 17]) {
  test(`device tree, version ${version}: compiles to itself again`, { skip: missing('dtc') }, () => {
    write('board.dts', BOARD);
    write('blob.bin', noise(5000));
    run(`dtc -q -I dts -O dtb -V ${version} -o board.dtb board.dts`);
    const found = open(deviceTree, 'board.dtb');
    assert.equal(found.part.facts['model'], String.raw`Board "one", rev\2`);
    for (const { path } of found.part.entries) write(`again/${path}`, found.content(path));
    run(`cd again && dtc -q -I dts -O dtb -V ${version} -o ../again.dtb tree.dts`);
    assert.deepEqual(read('again.dtb'), read('board.dtb'));
    assert.deepEqual(found.content('blob'), noise(5000));
    if (version === 17) assertExplained(found);
  });
}

// --- FIT

const IMAGES = `/dts-v1/;
/ {
  description = "two images"; #address-cells = <1>;
  images {
    kernel {
      description = "the kernel"; data = /incbin/("kernel.bin"); type = "kernel"; arch = "arm64"; os = "linux";
      compression = "none"; load = <0x80000>; entry = <0x80000>;
      hash-1 { algo = "crc32"; }; hash-2 { algo = "sha1"; }; hash-3 { algo = "sha256"; };
      hash-4 { algo = "sha384"; }; hash-5 { algo = "sha512"; }; hash-6 { algo = "md5"; };
    };
    fdt { description = "the tree"; data = /incbin/("fdt.bin"); type = "flat_dt"; arch = "arm64"; compression = "none";
      signature { algo = "sha256,rsa2048"; key-name-hint = "dev"; }; };
  };
  configurations { default = "conf"; conf { kernel = "kernel"; fdt = "fdt"; }; };
};
`;

for (const [name, options] of [
  ['inside the tree', ''],
  ['behind the tree', '-E'],
  ['behind the tree, aligned', '-E -B 1000'],
  ['at a place in the file', '-E -p 0x2000'],
] as const) {
  test(`FIT, images ${name}: what went in, with right hashes`, {
    skip: missing('mkimage', 'dtc', 'openssl'),
  }, () => {
    write('kernel.bin', noise(70_001, 2));
    write('fdt.bin', noise(3333, 3));
    write('image.its', IMAGES);
    run('mkdir -p keys && openssl genrsa -out keys/dev.key 2048');
    run('openssl req -batch -new -x509 -key keys/dev.key -out keys/dev.crt');
    run(`mkimage -f image.its -k keys -r ${options} image.fit`);
    const found = open(fit, 'image.fit');
    assert.deepEqual(found.content('kernel'), noise(70_001, 2));
    assert.deepEqual(found.content('fdt'), noise(3333, 3));
    const hashes = Object.entries(found.part.facts).filter(([fact]) => fact.includes('.hash-'));
    assert.deepEqual(
      hashes.map(([, value]) => value),
      ['crc32 right', 'sha1 right', 'sha256 right', 'sha384 right', 'sha512 right', 'md5 right'],
    );
    assert.equal(found.part.facts['fdt.signature'], 'sha256,rsa2048; key dev; 256 bytes, not checked');
    assert.equal(found.part.facts['configuration.conf'], 'kernel kernel; fdt fdt');
    // moving data out of the tree, mkimage leaves remains behind its strings
    const tree = read('image.fit').readUInt32BE(12) + read('image.fit').readUInt32BE(32); // where its strings end
    const first = Math.min(...['kernel', 'fdt'].map((path) => startOf(found, path)));
    assert.deepEqual(
      found.extents.filter(
        ({ reason, range }) => reason !== null && !(range[0] >= tree && range[1] <= first),
      ),
      [],
    );
  });
}

function startOf({ part }: Found, path: string): number {
  return part.entries.find((entry) => entry.path === path)?.stored[0]?.[0] ?? 0;
}

// --- uImage

test('uImage, several images: what went in, as dumpimage takes it out', {
  skip: missing('mkimage', 'dumpimage'),
}, () => {
  const sizes = [70_001, 4096, 3, 333];
  for (const [i, size] of sizes.entries()) write(`part${i}`, noise(size, i + 1));
  run(
    'mkimage -A mips -O linux -T multi -C gzip -n several -a 0x80000000 -d part0:part1:part2:part3 several.img',
  );
  const found = open(uimage, 'several.img');
  assert.equal(found.part.facts['data-crc'], 'right');
  for (const i of sizes.keys()) {
    run(`dumpimage -T multi -p ${i} -o out several.img`);
    assert.deepEqual(found.content(`several.${i}`), read('out'));
    assert.deepEqual(read('out'), read(`part${i}`));
  }
  assertExplained(found);
});

for (const type of ['kernel', 'ramdisk', 'firmware', 'filesystem', 'standalone', 'kernel_noload']) {
  test(`uImage, ${type}: what went in`, { skip: missing('mkimage') }, () => {
    write('one', noise(5001));
    run(`mkimage -A arm64 -O linux -T ${type} -C lz4 -n one -d one one.img`);
    const found = open(uimage, 'one.img');
    assert.deepEqual(found.content('one'), noise(5001));
    assert.equal(found.part.facts['data-crc'], 'right');
    assert.doesNotMatch(found.part.facts['type'] ?? '', /^type-/);
    assertExplained(found);
  });
}

// --- kernels

const corpus = process.env['ASSAY_CORPUS'];
const kernels = join(corpus ?? '', 'hostile', 'firmware', 'fkie-cad__fact_extractor');
const absent =
  corpus === undefined || !existsSync(kernels) ? 'set ASSAY_CORPUS to a folder with hostile/ in it' : false;

test('bzImage: checksums are right, and the packed kernel has the size stated', { skip: absent }, () => {
  const unpack: Readonly<Record<string, Format>> = { bz2: bzip2, gz: gzip, lz4, lzma, lzo: lzop, xz };
  const images = readdirSync(kernels).filter((name) => name.includes('bzImage'));
  assert.equal(images.length, 6);
  for (const name of images) {
    write('bzImage', readFileSync(join(kernels, name)));
    const found = open(bzimage, 'bzImage');
    assert.equal(found.part.facts['crc'], 'right', name);
    assertExplained(found);
    const [{ path } = { path: '' }] = found.part.entries;
    write('kernel', found.content(path));
    const format = unpack[path.slice('kernel.'.length)];
    assert(format !== undefined, path);
    const kernel = open(format, 'kernel');
    assertExplained(kernel);
    const size = kernel.part.entries[0]?.content?.size;
    assert.equal(found.part.facts['unpacked-size'] ?? `${size} bytes`, `${size} bytes`, name);
  }
});

const firmware = join(corpus ?? '', 'firmware');
const withoutFirmware =
  corpus === undefined || !existsSync(firmware) ? 'set ASSAY_CORPUS to a folder with firmware/ in it' : false;

// Numbers of symbols as vmlinux-to-elf 1.4.0 reads them.
for (const [image, way, count] of [
  ['cam-wyzecam_v2-4.9.4.28-kernel.bin', [uimage, lzma], 34_923],
  ['tplink-kernel.bin', [tplink, lzma], 10_130],
  ['dlink-dir300b5-2.15b01.bin', [seama, lzma], 11_209],
] as const) {
  test(`kernel of ${image}: its symbols place its code`, { skip: withoutFirmware }, () => {
    write('kernel', readFileSync(join(firmware, image)));
    for (const format of way) {
      const found = open(format, 'kernel');
      write('kernel', found.content(found.part.entries[0]?.path ?? ''));
    }
    const { part, extents, content } = open(linuxKernel, 'kernel');
    assert.equal(part.facts['symbols'], String(count));
    assert.equal(content('kallsyms').toString().split('\n').length, count + 1);
    const left = extents
      .filter(({ reason }) => reason !== null)
      .reduce((sum, { range }) => sum + range[1] - range[0], 0);
    assert(left < read('kernel').length / 100, `${left} bytes without a claim`);
  });
}

// --- Android

/** Parts by version of the header. The tool of Debian cannot place an overlay for recovery. */
const ANDROID: Readonly<Record<string, readonly string[]>> = {
  '0': ['kernel', 'ramdisk', 'second'],
  '1': ['kernel', 'ramdisk', 'second'],
  '2': ['kernel', 'ramdisk', 'second', 'dtb'],
  '3': ['kernel', 'ramdisk'],
};

for (const [version, parts] of Object.entries(ANDROID)) {
  for (const page of version === '3' ? [4096] : [2048, 16384]) {
    test(`Android boot image, version ${version}, pages of ${page}: what went in`, {
      skip: missing('mkbootimg'),
    }, () => {
      for (const [i, part] of parts.entries()) write(part, noise(9000 + 3000 * i, i + 1));
      const options = parts.map((part) => `--${part} ${part}`).join(' ');
      run(`mkbootimg ${options} --header_version ${version} --pagesize ${page} --cmdline 'console=ttyS0 ${'x'.repeat(600)}' \
        --os_version 10.0.1 --os_patch_level 2020-03-05 --board router -o boot.img`);
      const found = open(androidBoot, 'boot.img');
      for (const part of parts) assert.deepEqual(found.content(part), read(part), part);
      const { facts } = found.part;
      assert.equal(facts['command-line'], `console=ttyS0 ${'x'.repeat(600)}`);
      assert.equal(facts['system-version'], '10.0.1');
      assert.equal(facts['patch-level'], '2020-03');
      assert.equal(facts['identifier'], version === '3' ? undefined : 'right');
      assertExplained(found);
    });
  }
}

test('Android vendor boot image: what went in', { skip: missing('mkbootimg') }, () => {
  write('disk', noise(9001));
  write('tree', noise(5001, 2));
  run(
    'mkbootimg --vendor_ramdisk disk --dtb tree --header_version 3 --vendor_cmdline quiet --vendor_boot vendor.img',
  );
  const found = open(androidBoot, 'vendor.img');
  assert.deepEqual(found.content('vendor-ramdisk'), read('disk'));
  assert.deepEqual(found.content('dtb'), read('tree'));
  assert.equal(found.part.facts['command-line'], 'quiet');
  assertExplained(found);
});

for (const block of [1024, 4096, 65_536]) {
  test(`Android sparse image, blocks of ${block}: the image, as simg2img gives it`, {
    skip: missing('img2simg', 'simg2img'),
  }, () => {
    const run16 = Buffer.alloc(200_000, Buffer.from([1, 2, 3, 4]));
    write(
      'full.img',
      Buffer.concat([noise(300_000), Buffer.alloc(500_000), run16, noise(70_000, 2), Buffer.alloc(110_160)]),
    );
    run(`img2simg full.img sparse.img ${block} && simg2img sparse.img again.img`);
    const found = open(androidSparse, 'sparse.img');
    assert.deepEqual(found.content('image'), read('again.img'));
    assert.equal(
      read('again.img').compare(read('full.img'), 0, read('full.img').length, 0, read('full.img').length),
      0,
    );
    assertExplained(found);
  });
}

// --- U-Boot environment

for (const [options, facts] of [
  ['-s 4096', { 'byte-order': 'little endian', copy: 'the only one' }],
  ['-s 65536 -p 0', { 'byte-order': 'little endian', copy: 'the only one' }],
  ['-s 131072 -b', { 'byte-order': 'big endian', copy: 'the only one' }],
  ['-s 16384 -r', { 'byte-order': 'little endian', copy: 'of two, flag 1' }],
] as const) {
  test(`U-Boot environment, mkenvimage ${options}: the settings that went in`, {
    skip: missing('mkenvimage'),
  }, () => {
    const settings = 'bootdelay=3\nbootcmd=run a; run b\nname=\nlast=ä\n';
    write('settings.txt', settings);
    run(`mkenvimage ${options} -o env.bin settings.txt`);
    const found = open(uBootEnvironment, 'env.bin');
    assert.equal(found.content('environment.txt').toString(), settings);
    assert.deepEqual({ ...found.part.facts, ...facts }, found.part.facts);
    assertExplained(found);
  });
}
