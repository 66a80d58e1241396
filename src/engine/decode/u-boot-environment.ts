import { crc32 } from 'node:zlib';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fillersIn } from '#engine/bytes/filler';
import { facts, fileHead } from '#engine/bytes/parts';
import { settingsOf } from '#engine/bytes/settings';

/** Names that a build of U-Boot or its vendor sets, of which one stands first: in the order of the source or of the alphabet. */
const FIRST = [
  'arch=',
  'autoload=',
  'baudrate=',
  'board=',
  'board_name=',
  'bootargs=',
  'bootcmd=',
  'bootdelay=',
  'bootfile=',
  'console=',
  'ethact=',
  'ethaddr=',
  'fileaddr=',
  'ipaddr=',
  'kernel_addr_r=',
  'loadaddr=',
  'mtdparts=',
  'ramargs=',
  'serverip=',
  'stderr=',
];

/** Settings of the boot loader U-Boot as they lie in flash. */
export const uBootEnvironment: Format = {
  kind: 'format',
  id: 'u-boot-environment',
  version: 1,
  doc: {
    name: 'U-Boot environment',
    says: 'Gives the settings of the boot loader as text, one a line.',
    sources: [
      'U-Boot v2023.01, include/env_internal.h: env_t; env/common.c; tools/env/fw_env.c: redundant copies',
    ],
    limits: [
      'There is no mark: an environment is looked for by its first name, one of those that are usual, and recognised by its CRC-32.',
      'The size is not stated: powers of two from 1 to 256 KiB are tried.',
      'Bytes of values that would break a line are written as \\xNN. Encrypted environments and those inside a program are not read.',
    ],
  },
  magics: magics(),
  open(source) {
    const found = locate(source);
    return found === null ? null : readSettings(source, found);
  },
};

/** Behind the checksum, or behind the checksum and the flag of one of two copies. */
function magics(): readonly Magic[] {
  return FIRST.flatMap((name) => [4, 5].map((at) => ({ bytes: new TextEncoder().encode(name), at })));
}

const SIZES = Array.from({ length: 9 }, (_, i) => 1024 * 2 ** i);

interface Environment {
  /** The flag of a copy: 1 for the one in use, or a number that grows; null: there is one copy. */
  readonly flag: number | null;
  readonly isLittle: boolean;
  /** Settings and filling, up to the end. */
  readonly range: ByteRange;
}

/** Null: no size makes the checksum right. */
function locate(source: Source): Environment | null {
  if (source.size < 16) return null;
  const head = source.bytes(0, 8);
  const sums = [new Cursor(head).u32le(), new Cursor(head).u32be()];
  for (const start of [4, 5]) {
    let at = start;
    let state = 0;
    for (const size of SIZES.filter((most) => most <= source.size)) {
      state = crc32(source.bytes(at, size), state);
      at = size;
      const order = sums.indexOf(state);
      if (order !== -1)
        return { flag: start === 4 ? null : (head[4] ?? 0), isLittle: order === 0, range: [start, size] };
    }
  }
  return null;
}

function* readSettings(source: Source, { flag, isLittle, range }: Environment): Generator<Reading> {
  const settings = settingsOf(source.bytes(...range));
  const used: ByteRange = [range[0], range[0] + settings.size];
  yield { kind: 'extent', range: [0, range[0]], role: 'header' };
  yield* facts({
    crc: 'right',
    size: `${range[1]} bytes`,
    'byte-order': isLittle ? 'little endian' : 'big endian',
    copy: flag === null ? 'the only one' : `of two, flag ${flag}`,
    settings: String(settings.count),
  });
  yield { kind: 'entry', entry: fileHead('environment.txt', [used]) };
  yield { kind: 'piece', bytes: settings.text };
  yield { kind: 'end' };
  yield { kind: 'extent', range: used, role: 'payload' };
  for (const filler of fillersIn(source, [[Math.min(used[1] + 1, range[1]), range[1]]])) {
    yield { kind: 'extent', range: [used[1], range[1]], role: filler.role };
  }
}
