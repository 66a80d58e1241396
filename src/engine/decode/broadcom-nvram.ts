import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fileHead } from '#engine/bytes/parts';
import { isZero } from '#engine/bytes/pieces';
import { settingsOf } from '#engine/bytes/settings';

/** Settings of routers with Broadcom's processors: names and values in a partition of their own. */
export const broadcomNvram: Format = {
  kind: 'format',
  id: 'broadcom-nvram',
  version: 1,
  doc: {
    name: 'Broadcom NVRAM',
    says: 'Gives the settings as text, one a line, and states whether they match their checksum.',
    sources: [
      'Linux v6.1, drivers/firmware/broadcom/bcm47xx_nvram.c: header, search',
      'Broadcom SDK, bcmnvram.h, as kept by DD-WRT: checksum of eight bits',
    ],
    limits: [
      'Bytes of values that would break a line are written as \\xNN.',
      'Only settings whose checksum is right are recognised inside other bytes.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('FLSH'), at: 0 }],
  open(source, whole) {
    const header = readHeader(source);
    return header === null || (!whole && !header.isRight) ? null : readSettings(source, header);
  },
};

const HEADER = 20;

/** Bytes of header and settings; partitions have 32 to 128 KiB. */
const SIZE_LIMIT = 1024 * 1024;

interface Header {
  readonly size: number;
  readonly version: number;
  readonly isRight: boolean;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER), 4);
  const size = c.u32le();
  const sum = c.u8();
  const version = c.u8();
  if (size < HEADER + 2 || size > SIZE_LIMIT || size > source.size) return null;
  const bytes = source.bytes(0, size);
  return { size, version, isRight: sumOf(bytes.subarray(9), 0xff) === sum };
}

/** CRC of eight bits with the polynomial 0xd5, lowest bit first. */
function sumOf(bytes: Uint8Array, start: number): number {
  let sum = start;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0xab : sum >>> 1;
  }
  return sum;
}

function* readSettings(source: Source, { size, version, isRight }: Header): Generator<Reading> {
  const settings = settingsOf(source.bytes(HEADER, size));
  const used: ByteRange = [HEADER, HEADER + settings.size];
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* facts({
    version: String(version),
    crc: isRight ? 'right' : 'wrong',
    settings: String(settings.count),
  });
  yield { kind: 'entry', entry: fileHead('nvram.txt', [used]) };
  yield { kind: 'piece', bytes: settings.text };
  yield { kind: 'end' };
  yield { kind: 'extent', range: used, role: 'payload' };
  if (isZero(source, [used[1], size])) yield { kind: 'extent', range: [used[1], size], role: 'padding' };
}
