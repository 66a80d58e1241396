import { createHash } from 'node:crypto';
import type { EntryHead } from '#domain/artefact';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fold, piecesOf } from '#engine/bytes/pieces';
import { latin1, nameOf } from '#engine/bytes/text';

/** Container of routers made by Alpha Networks and sold by D-Link and others. */
export const seama: Format = {
  kind: 'format',
  id: 'seama',
  version: 1,
  doc: {
    name: 'SEAMA firmware image (Seattle image, DLOB)',
    says: 'Gives each image with the names in its header and states whether it matches its MD5. A seal in front, which older tools call DLOB, is an image without content.',
    sources: [
      'Alpha Networks, seama.h (2008), as kept by OpenWrt firmware-utils: header, meta data, image',
      'U-Boot v2023.07, cmd/seama.c: structure of an entity',
    ],
    limits: [
      'Only the byte order of the standard (big endian) is read.',
      'An image cut short is not given; its bytes are searched for what they hold.',
      'Encrypted images carry another mark and are not recognised.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x5e, 0xa3, 0xa4, 0x17, 0, 0), at: 0 }],
  open(source) {
    const first = readHeader(source, 0);
    if (first === null) return null;
    // a seal alone is twelve bytes and a few words: too little to be sure of
    if (first.image === null && readHeader(source, first.end) === null) return null;
    return readEntities(source);
  },
};

/** Entities of one file; real ones have two or three. */
const ENTITY_LIMIT = 64;

interface Entity {
  readonly meta: ByteRange;
  /** Names and values, as stored. */
  readonly words: readonly (readonly [name: string, value: string])[];
  /** MD5 of the image; null for a seal. */
  readonly digest: string | null;
  /** As promised, possibly beyond the source; null for a seal. */
  readonly image: ByteRange | null;
  readonly end: number;
}

function readHeader(source: Source, at: number): Entity | null {
  if (at + 12 > source.size) return null;
  const c = new Cursor(source.bytes(at, at + 12));
  if (c.u32be() !== 0x5ea3a417) return null;
  if (c.u16be() !== 0) return null; // reserved
  const metaSize = c.u16be();
  const imageSize = c.u32be();
  const digestSize = imageSize === 0 ? 0 : 16; // a seal has none
  const metaAt = at + 12 + digestSize;
  const imageAt = metaAt + metaSize;
  if (imageAt > source.size) return null;
  const words = wordsOf(source.bytes(metaAt, imageAt));
  if (words === null) return null;
  return {
    meta: [metaAt, imageAt],
    words,
    digest: imageSize === 0 ? null : Buffer.from(source.bytes(at + 12, metaAt)).toString('hex'),
    image: imageSize === 0 ? null : [imageAt, imageAt + imageSize],
    end: imageAt + imageSize,
  };
}

/** `name=value` texts, each ended by NUL, zeros behind them. Null: something else. */
function wordsOf(meta: Uint8Array): Entity['words'] | null {
  const texts = latin1(meta)
    .split('\0')
    .filter((text) => text !== '');
  if (!texts.every((text) => /^[\x20-\x7e]+=[\x20-\x7e]*$/.test(text))) return null;
  return texts.map((text): [string, string] => [
    text.slice(0, text.indexOf('=')),
    text.slice(text.indexOf('=') + 1),
  ]);
}

function* readEntities(source: Source): Generator<Reading> {
  let at = 0;
  let images = 0;
  for (let index = 0; index < ENTITY_LIMIT; index++) {
    const entity = readHeader(source, at);
    if (entity === null) return;
    yield { kind: 'extent', range: [at, entity.meta[0]], role: 'header' };
    yield { kind: 'extent', range: entity.meta, role: 'metadata' };
    const own = entity.image === null ? 'seal' : `image-${images++}`;
    for (const [name, value] of entity.words) {
      yield { kind: 'fact', name: `${own}.${nameOf(Buffer.from(name))}`, value };
    }
    if (entity.image !== null && entity.end > source.size) {
      const left = source.size - entity.image[0];
      yield {
        kind: 'fact',
        name: `${own}.data`,
        value: `cut short: ${left} of ${entity.end - entity.image[0]} bytes`,
      };
      return;
    }
    if (entity.image !== null) yield* give(source, entity, own, entity.image);
    at = entity.end;
  }
}

function* give(source: Source, { digest, words }: Entity, own: string, range: ByteRange): Generator<Reading> {
  const hash = fold(source, range, createHash('md5'), (window, state) => state.update(window));
  yield { kind: 'fact', name: `${own}.md5`, value: hash.digest('hex') === digest ? 'right' : 'wrong' };
  const type = words.find(([name]) => name === 'type')?.[1];
  const none = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
  const path = type === undefined || type === '' ? own : `${own}.${type}`;
  const entry: EntryHead = { path, type: 'file', ...none, stored: [range] };
  yield { kind: 'entry', entry };
  yield* piecesOf(source, range);
  yield { kind: 'extent', range, role: 'payload' };
}
