// node examples/describe/file-disguises/make.ts: writes files whose names or sizes deceive. None of them runs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { be16, be32, bytes, field, le16, le32, type Part, zeros } from '../../craft.ts';

/** A header of ELF with one empty section, so that its end is known: 128 bytes. */
function program(): Buffer {
  return bytes(
    '\x7fELF', [1, 1, 1, 0], zeros(8),
    le16(2), le16(8), le32(1), le32(0), le32(0), le32(52), le32(0), le16(52), le16(32), le16(0), le16(40), le16(1), le16(0),
    zeros(40), zeros(36),
  ).subarray(0, 92);
}

/** A module that states its name. */
function module(name: string): Buffer {
  const names = '\0.modinfo\0.shstrtab\0';
  const info = `license=GPL\0name=${name}\0`;
  const at = 52;
  const section = (nameAt: number, type: number, from: number, size: number): Buffer =>
    bytes(le32(nameAt), le32(type), le32(0), le32(0), le32(from), le32(size), le32(0), le32(0), le32(1), le32(0));
  return bytes(
    '\x7fELF', [1, 1, 1, 0], zeros(8),
    le16(1), le16(8), le32(1), le32(0), le32(0), le32(at + info.length + names.length), le32(0), le16(52), le16(0), le16(0), le16(40), le16(3), le16(2),
    info, names,
    zeros(40), section(1, 1, at, info.length), section(10, 3, at + info.length, names.length),
  );
}

const png = bytes('\x89PNG\r\n\x1a\n', be32(13), 'IHDR', zeros(13), be32(0), be32(0), 'IEND', be32(0));
const jpeg = bytes([0xff, 0xd8, 0xff, 0xe0], be16(4), 'JF', [0xff, 0xda], be16(4), 'ab', [1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xd9]);
const script = '#!/bin/sh\nexit 0\n'.repeat(4);

function write(name: string, note: string, path: string, content: Part, facts: { readonly format?: string; readonly mode?: string } = {}): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const input = { path, ...facts, base64: bytes(content).toString('base64') };
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(input, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

write('program-as-picture', 'A program under the name of a picture.', 'www/images/logo.jpg', program(), { format: 'elf', mode: '755' });
write('script-as-library', 'A script under the name of a library.', 'usr/lib/libx.so.1', script);
write('program-as-settings', 'A program under the name of a configuration.', 'etc/x.conf', program(), { format: 'elf' });
write('script-as-settings', 'A configuration that begins like a script: many are read by a shell, nothing disagrees.', 'etc/x.conf', script);
write('script-of-the-linker', 'A text for the linker under the name of a library: nothing disagrees.', 'usr/lib/libc.so', '/* GNU ld script */\nINPUT(-lc)\n');
write('picture', 'A picture that is one.', 'www/a.png', png, { format: 'png' });
write('picture-with-program', 'A picture with a program behind its end.', 'www/a.png', bytes(png, program()), { format: 'png' });
write('picture-with-archive', 'A picture whose scans end and an archive follows.', 'www/b.jpeg', bytes(jpeg, 'PK\x03\x04', field('made up', 40)), { format: 'jpeg' });
write('picture-with-filler', 'Zeros behind the end are padding.', 'www/a.png', bytes(png, zeros(100)), { format: 'png' });
write('program-with-text', 'Text behind the end of a program.', 'usr/bin/x', bytes(program(), 'made up: text that nobody loads'), { format: 'elf', mode: '755' });
write('signed-module', 'A signature behind the end of a module is usual.', 'lib/modules/x.ko', bytes(module('x'), field('signature', 60), '~Module signature appended~\n'), { format: 'elf' });
write('module-under-another-name', 'A file named otherwise than the module in it.', 'lib/modules/ext4.ko', module('hide_proc'), { format: 'elf' });
write('module-with-hyphen', 'Hyphens and underscores are the same in names of modules.', 'lib/modules/usb-storage.ko', module('usb_storage'), { format: 'elf' });
write('hidden-program', 'A program behind a dot in a system folder.', 'usr/sbin/.cache/netd', program(), { format: 'elf', mode: '755' });
write('three-dots', 'A folder of three dots.', 'var/tmp/.../x', 'text');
write('blank-at-the-end', 'A name that ends with a blank.', 'usr/bin/passwd ', script, { mode: '755' });
write('no-shape', 'A character without a shape in a name.', 'etc/pass\u200bwd', 'text');
write('two-alphabets', 'A Cyrillic letter between Latin ones.', 'usr/bin/\u0441url', script, { mode: '755' });
write('thread-of-the-kernel', 'A file named as the kernel names its threads.', 'tmp/[kworker/0:1]', program(), { format: 'elf', mode: '755' });
write('dot-in-a-home', 'A dot where it is usual.', 'root/.profile.so', 'text');
write('picture-cut-short', 'A picture that ends in the middle of a chunk says nothing of its end.', 'www/a.png', png.subarray(0, 30), { format: 'png' });
