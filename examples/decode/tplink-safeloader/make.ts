// node examples/decode/tplink-safeloader/make.ts: writes the inputs as the tool of OpenWrt would.
import { createHash } from 'node:crypto';
import { be32, bytes, type Part, patched, writeCases } from '../../craft.ts';

const SALT = Buffer.from('7a2b15ed9b98596de504ab44ac2a9f4e', 'hex');

const filled = (part: Part, size: number) => bytes(part, Buffer.alloc(size - bytes(part).length, 0xff));
/** With a header, and a byte of filling behind. */
const small = (part: Part) => bytes(be32(bytes(part).length), be32(0), part, [0xff]);

const layout = bytes([0, 4, 0, 0], 'partition fs-uboot base 0x00000 size 0x20000\npartition os-image base 0x20000 size 0x100000\n', [0]);
const version = bytes([0xff, 1, 2, 3, 0x20, 0x21, 0x04, 0x30], be32(4711));
const parts: Readonly<Record<string, Buffer>> = {
  'partition-table': filled(layout, 256),
  'soft-version': small(version),
  'support-list': small('SupportList:\r\nEX100(TP-LINK|UN|N300-2):1.0\r\nEX100(TP-LINK|EU|N300-2):1.0\r\n'),
  'os-image': bytes('the kernel would stand here'),
  'file-system': bytes('and here the root file system'),
};

function image(longer = 0): Buffer {
  let base = 0x800;
  const lines = Object.entries(parts).map(([name, { length }]) => {
    const size = name === 'file-system' ? length + longer : length;
    const line = `fwup-ptn ${name} base 0x${base.toString(16).padStart(5, '0')} size 0x${size.toString(16).padStart(5, '0')}\t\r\n`;
    base += length;
    return line;
  });
  const vendor = 'EX100(TP-LINK|UN|N300-2):1.0\r\n';
  const body = bytes(filled(bytes(be32(vendor.length), vendor), 0x1000), filled(bytes(...lines, [0]), 0x800), ...Object.values(parts));
  const md5 = createHash('md5').update(SALT).update(body).digest();
  return bytes(be32(body.length + 20), md5, body);
}

const whole = image();

writeCases(import.meta.dirname, '../make.ts', {
  image: { input: bytes(whole, 'signature'), note: 'All parts of an image, with the layout of flash, versions and models; what follows the image stays.' },
  changed: { input: patched(whole, whole.indexOf('the kernel'), 'T'), note: 'The kernel was changed: the MD5 does not match.' },
  'cut-short': { input: whole.subarray(0, whole.length - 10), note: 'The root file system is cut short: it is not given.' },
  'part-beyond-the-image': { input: image(100), note: 'The last part is longer than the image: it is not given.' },
  'table-elsewhere': { input: bytes('fwup-ptn os-image base 0x00800 size 0x00100\t\r\n'.repeat(200)), note: 'The look-alike: lines of a table, but not where an image has them.' },
});
