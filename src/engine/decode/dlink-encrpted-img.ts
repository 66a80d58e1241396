import { createDecipheriv } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts } from '#engine/bytes/parts';
import { latin1 } from '#engine/bytes/text';
import { contentHead } from '#engine/bytes/stream';

/** Encrypted images of D-Link’s routers with UBI inside; the mark is misspelt by its maker. */
export const dlinkEncrptedImg: Format = {
  kind: 'format',
  id: 'dlink-encrpted-img',
  version: 1,
  doc: {
    name: 'D-Link encrypted firmware image (encrpted_img)',
    says: 'Gives the image in clear when the published key opens it, which shows in the erase blocks of UBI; else its bytes are encrypted.',
    sources: [
      'unblob, handlers/archive/dlink/encrpted_img.py: header, key, blocks',
      'ONEKEY, “How-To: Extracting Decryption Keys for D-Link” (2023)',
    ],
    limits: [
      'One key is published; images of other models stay encrypted.',
      'There is no checksum: that the first erase block begins as UBI does is all that shows the key to be right.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('encrpted_img'), at: 0 }],
  open(source) {
    if (source.size <= HEADER) return null;
    const size = new Cursor(source.bytes(12, HEADER)).u32be();
    return size === 0 || size % BLOCK !== 0 || size > SIZE_LIMIT
      ? null
      : readImage(source, [HEADER, HEADER + size]);
  },
};

const HEADER = 16;

/** Bytes of a block of AES. */
const BLOCK = 16;

/** Erase blocks are encrypted one by one. */
const ERASE_BLOCK = 128 * 1024;

/** Bytes of an image; a text in place of the size says more. */
const SIZE_LIMIT = 256 * 1024 * 1024;

const KEY = Buffer.from('he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8');
const VECTOR = Buffer.from('J%1iQl8$=lm-;8AE');

const CIPHER = 'AES-256 in CBC mode';

function* readImage(source: Source, range: ByteRange): Generator<Reading> {
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  if (range[1] > source.size) {
    yield* facts({ data: `cut short: ${source.size - HEADER} of ${range[1] - HEADER} bytes` });
    yield { kind: 'extent', range: [HEADER, source.size], role: 'opaque', reason: `encrypted (${CIPHER})` };
    return;
  }
  const [first] = inClear(source, [range[0], range[0] + BLOCK]);
  if (first === undefined || latin1(first.subarray(0, 4)) !== 'UBI#') {
    yield {
      kind: 'extent',
      range,
      role: 'opaque',
      reason: `encrypted (${CIPHER}; the published key does not open it)`,
    };
    return;
  }
  yield* facts({ cipher: `${CIPHER}, published key` });
  yield { kind: 'entry', entry: contentHead('image', [range]) };
  for (const bytes of inClear(source, range)) yield { kind: 'piece', bytes };
  yield { kind: 'end' };
  yield { kind: 'extent', range, role: 'payload' };
}

function* inClear(source: Source, [start, end]: ByteRange): Generator<Uint8Array> {
  for (let at = start; at < end; at += ERASE_BLOCK) {
    const cipher = createDecipheriv('aes-256-cbc', KEY, VECTOR).setAutoPadding(false);
    yield cipher.update(source.bytes(at, Math.min(end, at + ERASE_BLOCK)));
  }
}
