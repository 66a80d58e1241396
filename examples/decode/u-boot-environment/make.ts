// node examples/decode/u-boot-environment/make.ts: writes the inputs as U-Boot would.
import { crc32 } from 'node:zlib';
import { be32, bytes, le32, patched, writeCases } from '../../craft.ts';

interface Wishes {
  readonly size?: number;
  readonly flag?: number;
  readonly isBig?: boolean;
}

function environment(settings: readonly string[], { size = 1024, flag, isBig = false }: Wishes = {}): Buffer {
  const head = flag === undefined ? [] : [flag];
  const text = bytes(...settings.flatMap((setting) => [setting, [0]]), [0]);
  const data = bytes(text, Buffer.alloc(size - 4 - head.length - text.length, isBig ? 0 : 0xff));
  return bytes((isBig ? be32 : le32)(crc32(data)), head, data);
}

const settings = ['bootargs=console=ttyS0,115200 root=31:2', 'bootcmd=bootm 0x9f020000', 'bootdelay=1', 'ipaddr=192.168.1.1'];
const one = environment(settings);

writeCases(import.meta.dirname, '../make.ts', {
  'one-copy': { input: bytes('loader', one, 'behind'), note: 'An environment of 1 KiB, with other bytes around it.' },
  'two-copies': { input: bytes(environment(settings, { flag: 1 }), environment(['baudrate=9600'], { flag: 0 })), note: 'Two copies, of which the flag tells the one in use.' },
  'big-endian': { input: environment(settings, { size: 2048, isBig: true }), note: 'The checksum in the other byte order, zeros as filling.' },
  'value-of-two-lines': { input: environment(['bootcmd=run a\nbootdelay=0']), note: 'A value with the end of a line in it cannot pass for a second setting.' },
  changed: { input: patched(one, 60, 'X'), note: 'The look-alike: a setting was changed, no size makes the checksum right.' },
  'settings-in-a-text': { input: bytes('see bootargs=console=ttyS0 in the manual', Buffer.alloc(2000, 0x20)), note: 'The look-alike: a name that is usual, without a checksum in front of it.' },
  'cut-short': { input: one.subarray(0, 1000), note: 'An environment that is cut short is none.' },
});
