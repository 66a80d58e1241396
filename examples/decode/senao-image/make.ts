// node examples/decode/senao-image/make.ts: writes the inputs as the tool of OpenWrt would.
import { createHash } from 'node:crypto';
import { be32, bytes, field, patched, writeCases, zeros } from '../../craft.ts';

const MARK = 0x12345678;

const sum = (part: Uint8Array) => part.reduce((total, byte) => total + byte, 0);
const turned = (part: Buffer) => part.map((byte, i) => byte ^ ((MARK >>> (i % 8)) & 0xff));

/** @param model  of an access point; empty: the header for those is absent */
function image(text: string, model = ''): Buffer {
  const clear = bytes(text);
  const second = model === '' ? zeros(0) : bytes('all', zeros(5), be32(3), be32(0), be32(1), be32(171_101), be32(1), be32(8), be32(53), be32(model.length), model);
  const words = [be32(0), be32(0x0101), be32(0x6b), field('1.2.3', 16), be32(model === '' ? 2 : 0), be32(clear.length), zeros(4)];
  const head = bytes(...words, createHash('md5').update(clear).digest(), zeros(32), zeros(4), be32(MARK));
  return bytes(patched(head, 88, be32(sum(head) + sum(second))), second, turned(clear));
}

const kernel = image('the kernel would stand here, every byte of it turned');

writeCases(import.meta.dirname, '../make.ts', {
  kernel: { input: bytes(kernel, 'behind'), note: 'A kernel in clear, with the right MD5; what follows stays.' },
  'access-point': { input: image('the whole would stand here', 'EXAMPLE320'), note: 'The second header of access points that a controller manages.' },
  changed: { input: patched(kernel, 100, [0]), note: 'The kernel was changed: the MD5 is wrong.' },
  'cut-short': { input: kernel.subarray(0, 120), note: 'The kernel is cut short: it is not given.' },
  'header-changed': { input: patched(kernel, 4, [1]), note: 'The look-alike: the mark, but the header does not match its sum.' },
});
