// Builds ne7-r25.bin, the made-up firmware of the demonstration, from tree/ and busybox.c.
// Needs gcc, mksquashfs and openssl. Gives the same bytes every time with the same versions of them.
//   node examples/whole/ne7/make.ts
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';

const here = import.meta.dirname;
const hex = (value: number) => (value & 0xff).toString(16).padStart(2, '0');
const work = mkdtempSync(join(tmpdir(), 'ne7-'));
const tree = join(work, 'tree');
cpSync(join(here, 'tree'), tree, { recursive: true, verbatimSymlinks: true });
for (const empty of ['bin', 'dev', 'proc', 'sbin', 'tmp', 'usr/bin', 'usr/sbin', 'var']) mkdirSync(join(tree, empty), { recursive: true });
execFileSync('gcc', ['-Os', '-nostdlib', '-static', '-s', '-Wl,--build-id=none', '-o', join(tree, 'bin/busybox'), join(here, 'busybox.c')]);
for (const name of ['bin/sh', 'bin/login', 'sbin/getty', 'sbin/ifconfig', 'sbin/ntpd', 'sbin/reboot', 'sbin/telnetd', 'sbin/udhcpc']) {
  symlinkSync(name.startsWith('bin/') ? 'busybox' : '../bin/busybox', join(tree, name));
}
cpSync(join(tree, 'bin/busybox'), join(tree, 'usr/sbin/uhttpd'));
cpSync(join(tree, 'bin/busybox'), join(tree, 'usr/bin/ne7-cli'));

// A table as routers ship it, here of made-up makers of network cards: most of an image is data like this.
mkdirSync(join(tree, 'usr/share/ne7'), { recursive: true });
const makers = ['Amsel', 'Birke', 'Dachs', 'Eiche', 'Falke', 'Ginster', 'Hecht', 'Iltis'];
const prefixes = Array.from({ length: 3000 }, (_, i) => `02:${hex(i >> 8)}:${hex(i)} ${makers[(i * 5) % 8]} ${makers[(i * 3) % 8]} network card ${i}`);
writeFileSync(join(tree, 'usr/share/ne7/card-makers.txt'), `${prefixes.join('\n')}\n`);

const rootfs = join(work, 'rootfs');
execFileSync('mksquashfs', [tree, rootfs, '-comp', 'xz', '-all-root', '-noappend', '-no-progress', '-reproducible', '-mkfs-time', '0', '-all-time', '1757808000', '-p', 'dev/console c 600 0 0 5 1', '-p', 'dev/null c 666 0 0 1 3'], { stdio: 'ignore' });

// The kernel of a made-up router is text that says so.
const kernel = gzipSync(Buffer.from('There is no kernel in a made-up router.\n'.repeat(1500)));
// Calibration data as vendors ship it: encrypted, the key not in the image.
const calibration = execFileSync('openssl', ['enc', '-aes-128-ctr', '-K', '00112233445566778899aabbccddeeff', '-iv', '0'.repeat(32)], { input: Buffer.alloc(6144, 'calibration ') });

const header = Buffer.alloc(64);
header.writeUInt32BE(0x27051956, 0); // magic
header.writeUInt32BE(1757808000, 8); // time of the build
header.writeUInt32BE(kernel.length, 12);
header.writeUInt32BE(0x80008000, 16); // load address
header.writeUInt32BE(0x80008000, 20); // entry point
header.writeUInt32BE(crc32(kernel), 24);
header.set([5, 2, 2, 1], 28); // Linux, ARM, kernel, gzip
header.write('NE-7 R25', 32, 'ascii');
header.writeUInt32BE(crc32(header), 4);

const pad = (size: number, to: number) => Buffer.alloc((to - (size % to)) % to, 0xff);
const boot = Buffer.concat([header, kernel]);
const system = readFileSync(rootfs);
writeFileSync(join(here, 'ne7-r25.bin'), Buffer.concat([boot, pad(boot.length, 4096), system, pad(system.length, 4096), calibration, Buffer.alloc(2048, 0xff)]));
rmSync(work, { recursive: true });
