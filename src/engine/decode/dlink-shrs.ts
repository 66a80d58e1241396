import { createDecipheriv, createHash } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts } from '#engine/bytes/parts';
import { fold, PIECE_LIMIT } from '#engine/bytes/pieces';
import { contentHead } from '#engine/bytes/stream';

/** Encrypted images of D-Link’s routers, with the digests of what is inside. */
export const dlinkShrs: Format = {
  kind: 'format',
  id: 'dlink-shrs',
  version: 1,
  doc: {
    name: 'D-Link encrypted firmware image (SHRS)',
    says: 'Gives the image in clear when the published key opens it, which the digest in the header proves; else its bytes are encrypted. States whether the encrypted bytes match their digest.',
    sources: [
      'unblob, handlers/archive/dlink/shrs.py: header, key',
      '0x434b, “Breaking the D-Link DIR3060 firmware encryption” (2020)',
    ],
    limits: [
      'One key is published; images of other models stay encrypted.',
      'Both signatures are stated as present or absent, not checked.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('SHRS'), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const HEADER = 1756;

/** Bytes of a block of AES. */
const BLOCK = 16;

const KEY = Buffer.from('c05fbf1936c99429ce2a0781f08d6ad8', 'hex');

interface Header {
  /** Bytes that are encrypted, and of the image inside. */
  readonly size: number;
  readonly clearSize: number;
  readonly vector: Uint8Array;
  readonly clearDigest: Uint8Array;
  readonly digest: Uint8Array;
  readonly signatures: readonly boolean[];
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER), 4);
  const size = c.u32be();
  const clearSize = c.u32be();
  const vector = c.take(BLOCK);
  c.skip(64); // digest of the image followed by the key
  const clearDigest = c.take(64);
  const digest = c.take(64);
  const unused = c.take(512);
  if (size === 0 || size % BLOCK !== 0 || clearSize > size || size - clearSize > 4096) return null;
  if (unused.some((byte) => byte !== 0)) return null;
  const signatures = [c.take(512), c.take(512)].map((bytes) => bytes.some((byte) => byte !== 0));
  return { size, clearSize, vector, clearDigest, digest, signatures };
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { size, clearSize, digest, signatures } = header;
  const range: ByteRange = [HEADER, HEADER + size];
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* facts({
    size: `${clearSize} bytes`,
    signatures: signatures.map((isThere) => (isThere ? 'present' : 'absent')).join(', '),
  });
  if (range[1] > source.size) {
    yield* facts({ data: `cut short: ${source.size - HEADER} of ${size} bytes` });
    yield { kind: 'extent', range: [HEADER, source.size], role: 'opaque', reason: `encrypted (${CIPHER})` };
    return;
  }
  // the digest is made over as many bytes as the image has in clear
  const found = fold(source, [HEADER, HEADER + clearSize], createHash('sha512'), (window, hash) =>
    hash.update(window),
  ).digest();
  yield* facts({ sha512: found.equals(digest) ? 'right' : 'wrong' });
  if (!opensWithKey(source, header)) {
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
  for (const bytes of inClear(source, header)) yield { kind: 'piece', bytes };
  yield { kind: 'end' };
  yield { kind: 'extent', range, role: 'payload' };
}

const CIPHER = 'AES-128 in CBC mode';

/** True when the image in clear has its digest. */
function opensWithKey(source: Source, header: Header): boolean {
  const hash = createHash('sha512');
  for (const piece of inClear(source, header)) hash.update(piece);
  return hash.digest().equals(header.clearDigest);
}

function* inClear(source: Source, { size, clearSize, vector }: Header): Generator<Uint8Array> {
  const cipher = createDecipheriv('aes-128-cbc', KEY, vector).setAutoPadding(false);
  let left = clearSize;
  for (let at = HEADER; at < HEADER + size && left > 0; at += PIECE_LIMIT) {
    const piece = cipher.update(source.bytes(at, Math.min(HEADER + size, at + PIECE_LIMIT)));
    yield piece.subarray(0, Math.min(piece.length, left));
    left -= piece.length;
  }
}
