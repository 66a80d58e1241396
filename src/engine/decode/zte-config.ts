import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { inflateBlock } from '#engine/bytes/inflate';
import { facts, fieldText } from '#engine/bytes/parts';
import { contentHead, OutputBudget, type Pieces } from '#engine/bytes/stream';

/** Configurations as ZTE's gateways save and restore them. */
export const zteConfig: Format = {
  kind: 'format',
  id: 'zte-config',
  version: 1,
  doc: {
    name: 'ZTE configuration (config.bin)',
    says: 'Gives the configuration when it is only compressed and names the cipher when it is encrypted; states the model and whether the checksums are right.',
    sources: [
      'zte-config-utility (mkst), zcu/zte.py, compression.py, encryption.py: headers, kinds of payload, chunks',
    ],
    limits: [
      'Encrypted configurations are not opened: their keys are made from model, serial number or password.',
      'Images of firmware that begin with the same four words are not read.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(1, 2, 3, 4, 0, 0, 0), at: 0 },
    { bytes: Uint8Array.of(4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0), at: 0 },
    {
      bytes: Uint8Array.of(
        0x99,
        0x99,
        0x99,
        0x99,
        0x44,
        0x44,
        0x44,
        0x44,
        0x55,
        0x55,
        0x55,
        0x55,
        0xaa,
        0xaa,
        0xaa,
        0xaa,
      ),
      at: 0,
    },
  ],
  open(source) {
    const place = findPayload(source);
    return place === null ? null : readConfig(source, place);
  },
};

/** Bytes of the header in front of all, of that of the model, of the payload, and of each chunk. */
const OUTER = 128;
const SIGNATURE = 12;
const PAYLOAD = 60;
const CHUNK = 12;

/** Longest name of a model. */
const MODEL_LIMIT = 64;

interface Place {
  /** Null: not stated. */
  readonly model: string | null;
  readonly payloadAt: number;
}

/** A header in front of all, and the model, may both be absent. */
function findPayload(source: Source): Place | null {
  const first = word(source, 0);
  const at = first === 0x99999999 ? OUTER : 0;
  if (word(source, at) === 0x01020304) return hasKind(source, at) ? { model: null, payloadAt: at } : null;
  if (word(source, at) !== 0x04030201) return null;
  const length = word(source, at + 8);
  const payloadAt = at + SIGNATURE + length;
  if (length > MODEL_LIMIT || word(source, payloadAt) !== 0x01020304 || !hasKind(source, payloadAt))
    return null;
  return { model: fieldText(source.bytes(at + SIGNATURE, payloadAt)), payloadAt };
}

/** Big endian; −1: not there. */
function word(source: Source, at: number): number {
  return at + 4 <= source.size ? new Cursor(source.bytes(at, at + 4)).u32be() : -1;
}

function hasKind(source: Source, at: number): boolean {
  return at + PAYLOAD + CHUNK <= source.size && word(source, at + 4) < KINDS.length;
}

/** Kinds of payload, by number. */
const KINDS = [
  null,
  null,
  'AES-128 in ECB mode',
  'AES-256 in CBC mode',
  'AES-256 in CBC mode',
  'AES-256 in CBC mode',
  'AES-256 in CBC mode',
];

function* readConfig(source: Source, { model, payloadAt }: Place): Generator<Reading> {
  const bytes = source.bytes(payloadAt, payloadAt + PAYLOAD);
  const c = new Cursor(bytes, 4);
  const kind = c.u32be();
  const size = c.u32be();
  c.skip(4 + 4); // compressed size, size of a chunk
  const sum = c.u32be();
  const headerSum = c.u32be();
  const cipher = KINDS[kind] ?? null;
  yield* facts({
    model,
    payload: cipher === null ? 'compressed' : `encrypted: ${cipher}`,
    'header-crc': cipher !== null ? null : crc32(bytes.subarray(0, 24)) === headerSum ? 'right' : 'wrong',
  });
  const first = payloadAt + PAYLOAD;
  if (cipher === null) yield* unpack(source, first, size, sum);
  else yield* encrypted(source, first, cipher);
  yield { kind: 'extent', range: [0, first], role: 'header' };
}

/** Chunks with their length in clear and as stored; the last one has a zero where others say that more follow. */
function* chunksFrom(
  source: Source,
  from: number,
): Generator<{ readonly range: ByteRange; readonly length: number }> {
  for (let at = from; ; ) {
    if (at + CHUNK > source.size) throw new Malformed('a chunk is missing', Math.min(at, source.size));
    const c = new Cursor(source.bytes(at, at + CHUNK));
    const length = c.u32be();
    const stored = c.u32be();
    const isLast = c.u32be() === 0;
    const range: ByteRange = [at + CHUNK, at + CHUNK + stored];
    if (stored === 0 || range[1] > source.size) throw new Malformed('a chunk leaves the file', at);
    yield { range, length };
    if (isLast) return;
    at = range[1];
  }
}

/** Most bytes of one chunk in clear. */
const CHUNK_LIMIT = 1024 * 1024;

function* unpack(source: Source, from: number, size: number, stated: number): Generator<Reading> {
  const stored: ByteRange[] = [];
  const state = { sum: 0 };
  yield { kind: 'entry', entry: contentHead('config', stored) };
  const budget = new OutputBudget(source.size);
  yield* budget.give(inflateChunks(source, from, stored, state));
  if (budget.given !== size) throw new Malformed(`${budget.given} bytes where ${size} are stated`, from);
  yield { kind: 'end' };
  for (const range of stored) {
    yield { kind: 'extent', range: [range[0] - CHUNK, range[0]], role: 'metadata' };
    yield { kind: 'extent', range, role: 'payload' };
  }
  yield* facts({ crc: state.sum === stated ? 'right' : 'wrong' });
}

function* inflateChunks(source: Source, from: number, stored: ByteRange[], state: { sum: number }): Pieces {
  let end = from;
  for (const { range, length } of chunksFrom(source, from)) {
    if (length > CHUNK_LIMIT || range[1] - range[0] > CHUNK_LIMIT * 2)
      throw new Malformed(`a chunk of ${length} bytes`, range[0]);
    const packed = source.bytes(...range);
    state.sum = crc32(packed, state.sum);
    const out = inflated(packed, length, range[0]);
    if (out.length !== length) throw new Malformed('a chunk that does not have its length', range[0]);
    stored.push(range);
    yield out;
    [, end] = range;
  }
  return end;
}

function inflated(packed: Uint8Array, length: number, at: number): Uint8Array {
  try {
    return inflateBlock('zlib', packed, Math.max(1, length)).out;
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at + error.at) : error;
  }
}

function* encrypted(source: Source, from: number, cipher: string): Generator<Reading> {
  for (const { range } of chunksFrom(source, from)) {
    yield { kind: 'extent', range: [range[0] - CHUNK, range[0]], role: 'metadata' };
    yield { kind: 'extent', range, role: 'opaque', reason: `encrypted (${cipher})` };
  }
}
