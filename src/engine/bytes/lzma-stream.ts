import { Spent } from '#domain/error';
import { Lzma2Reader, LzmaDecoder, type LzmaProperties } from '#engine/bytes/lzma';

/** Most bytes given out at once. */
const PIECE = 1024 * 1024;

/** Largest dictionary that is kept: encoders' highest presets use 64 MiB, xz allows 1.5 GiB by hand. */
export const DICTIONARY_LIMIT = 128 * 1024 * 1024;

/** Moves the dictionary by multiples of this, since literals and matches are coded by the low bits of their position. */
const ALIGNMENT = 16;

/** An array that holds the dictionary and the piece being decoded; it grows with what is decoded, not with what is declared. */
class Window {
  readonly decoder: LzmaDecoder;
  private readonly dictionary: number;

  constructor(decoder: LzmaDecoder, dictionary: number) {
    this.decoder = decoder;
    this.dictionary = Math.max(4096, dictionary);
  }

  /** Makes room for `length` more bytes. */
  room(length: number): void {
    const { decoder } = this;
    if (decoder.outAt + length <= decoder.out.length) return;
    const most = this.dictionary + ALIGNMENT + PIECE + length;
    if (decoder.out.length < most) {
      const grown = new Uint8Array(Math.min(most, Math.max(decoder.out.length * 2, decoder.outAt + length)));
      grown.set(decoder.out.subarray(0, decoder.outAt));
      decoder.out = grown;
    }
    if (decoder.outAt + length <= decoder.out.length) return;
    const shift = Math.floor((decoder.outAt - this.dictionary) / ALIGNMENT) * ALIGNMENT;
    decoder.out.copyWithin(0, shift, decoder.outAt);
    decoder.outAt -= shift;
    // Only what was kept can be reached; the position itself goes on as if nothing had moved.
    decoder.dictionaryFrom = Math.max(decoder.dictionaryFrom - shift, (decoder.dictionaryFrom - shift) % ALIGNMENT);
  }
}

/** Decodes a raw LZMA stream piece by piece. A piece is valid until the next is asked for.
 *  @param dictionary  bytes a match may reach back
 *  @param size        of the output; null: up to the end marker
 *  @returns (of the generator) where the stream ends in `input`
 *  @throws Malformed when it breaks, Spent for a dictionary above {@link DICTIONARY_LIMIT} that is really needed */
export function* lzmaPieces(
  input: Uint8Array,
  inAt: number,
  properties: LzmaProperties,
  dictionary: number,
  size: number | null,
): Generator<Uint8Array, number> {
  const needed = Math.min(dictionary, size ?? dictionary);
  if (needed > DICTIONARY_LIMIT) throw new Spent(`LZMA dictionary ${DICTIONARY_LIMIT} bytes`);
  const decoder = new LzmaDecoder(input, inAt, input.length, new Uint8Array(64 * 1024));
  const window = new Window(decoder, needed);
  decoder.setProperties(properties);
  decoder.startRange();
  for (let left = size ?? Number.POSITIVE_INFINITY; left > 0 && !decoder.ended; ) {
    const length = Math.min(PIECE, left);
    window.room(length);
    const from = decoder.outAt;
    decoder.run(from + length);
    left -= decoder.outAt - from;
    if (decoder.outAt > from) yield decoder.out.subarray(from, decoder.outAt);
  }
  // Some encoders write an end marker though the size is stated: it is taken when it is there.
  if (size !== null && !decoder.ended && !decoder.finishedCleanly) decoder.tryEndMarker();
  decoder.normalise();
  return decoder.inAt;
}

/** Decodes an LZMA2 stream chunk by chunk. A piece is valid until the next is asked for.
 *  @returns (of the generator) where the stream ends in `input`
 *  @throws Malformed, Spent as {@link lzmaPieces} */
export function* lzma2Pieces(input: Uint8Array, inAt: number, dictionary: number): Generator<Uint8Array, number> {
  const decoder = new LzmaDecoder(input, inAt, input.length, new Uint8Array(64 * 1024));
  const window = new Window(decoder, Math.min(dictionary, DICTIONARY_LIMIT));
  const reader = new Lzma2Reader(decoder);
  let produced = 0;
  for (let size = reader.chunkSize(); size !== null; size = reader.chunkSize()) {
    if (dictionary > DICTIONARY_LIMIT && produced > DICTIONARY_LIMIT) throw new Spent(`LZMA dictionary ${DICTIONARY_LIMIT} bytes`);
    window.room(size);
    const from = decoder.outAt;
    reader.next();
    produced += size;
    // A chunk holds up to 2 MiB.
    for (let at = from; at < decoder.outAt; at += PIECE) yield decoder.out.subarray(at, Math.min(decoder.outAt, at + PIECE));
  }
  return decoder.inAt;
}
