import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import { Feed } from '#engine/bytes/feed';
import {
  LZMA2_CHUNK_LIMIT,
  Lzma2Reader,
  LzmaDecoder,
  type LzmaProperties,
  SYMBOL_INPUT,
} from '#engine/bytes/lzma';
import type { Pieces } from '#engine/bytes/stream';

/** Most bytes given out at once. */
const PIECE = 512 * 1024;

/** Largest dictionary that is kept: encoders' highest presets use 64 MiB, xz allows 1.5 GiB by hand. */
export const DICTIONARY_LIMIT = 128 * 1024 * 1024;

/** The dictionary moves by multiples of this, since literals and matches are coded by the low bits of their position. */
const ALIGNMENT = 16;

/** Room that a stream begins with: most of what is tried as a stream is none. */
const FIRST = 16 * 1024;

/** An array that holds the dictionary and the piece being decoded; it grows with what is decoded, not with what is declared. */
class Window {
  readonly decoder: LzmaDecoder;
  private readonly dictionary: number;

  /** @param dictionary  bytes a match may reach back, as declared */
  constructor(decoder: LzmaDecoder, dictionary: number) {
    this.decoder = decoder;
    // Encoders may round the size up, and never go below 4 KiB.
    decoder.dictionary =
      Math.ceil(Math.max(4096, Math.min(dictionary, DICTIONARY_LIMIT)) / ALIGNMENT) * ALIGNMENT;
    this.dictionary = decoder.dictionary;
  }

  /** Makes room for `length` more bytes. */
  room(length: number): void {
    const { decoder } = this;
    if (decoder.outAt + length <= decoder.out.length) return;
    const most = this.dictionary + ALIGNMENT + PIECE + length;
    if (decoder.out.length < most) {
      const grown = new Uint8Array(Math.min(most, Math.max(decoder.out.length * 4, decoder.outAt + length)));
      grown.set(decoder.out.subarray(0, decoder.outAt));
      decoder.out = grown;
    }
    if (decoder.outAt + length <= decoder.out.length) return;
    const shift = Math.floor((decoder.outAt - this.dictionary) / ALIGNMENT) * ALIGNMENT;
    decoder.out.copyWithin(0, shift, decoder.outAt);
    decoder.outAt -= shift;
    decoder.origin -= shift;
  }
}

/** How an LZMA stream came to its end. `marker`: by its end marker; `size`: at the size stated, its encoder had finished;
 *  `unfinished`: at the size stated, but the coder is not where an encoder leaves it. */
export type LzmaEnd = 'marker' | 'size' | 'unfinished';

/** Decodes a raw LZMA stream piece by piece. A piece is valid until the next is asked for.
 *  @param at          where the five first bytes of the range coder stand in `source`
 *  @param dictionary  bytes a match may reach back
 *  @param size        of the output; null: up to the end marker
 *  @returns (of the generator) where the stream ends in `source`, and how
 *  @throws Malformed with the offset where it breaks, Spent when it gives more than {@link DICTIONARY_LIMIT} and its
 *    dictionary is larger */
export function* lzmaPieces(
  source: Source,
  at: number,
  properties: LzmaProperties,
  dictionary: number,
  size: number | null,
): Pieces<{ readonly end: number; readonly by: LzmaEnd }> {
  const feed = new Feed(source, at);
  const decoder = new LzmaDecoder(feed.bytes, 0, feed.end, new Uint8Array(FIRST));
  const window = new Window(decoder, Math.min(dictionary, size ?? dictionary));
  decoder.setProperties(properties);
  try {
    decoder.startRange();
    let given = 0;
    while (given < (size ?? Number.POSITIVE_INFINITY) && !decoder.ended) {
      const length = Math.min(given < FIRST ? FIRST : PIECE, (size ?? Number.POSITIVE_INFINITY) - given);
      window.room(length);
      const from = decoder.outAt;
      while (decoder.outAt < from + length && !decoder.ended) {
        reach(decoder, feed);
        decoder.run(from + length);
      }
      given += decoder.outAt - from;
      if (decoder.outAt > from) yield decoder.out.subarray(from, decoder.outAt);
      checkDictionary(dictionary, given);
    }
    // Some encoders write an end marker though the size is stated: it is taken when it is there.
    let isFinished = decoder.isFinished();
    if (!isFinished && !decoder.ended) {
      reach(decoder, feed);
      window.room(1);
      decoder.tryEndMarker();
      isFinished = decoder.ended && decoder.isFinished();
    }
    if (size === null && !isFinished)
      throw new Malformed('an LZMA stream goes on behind its end marker', decoder.inAt);
    const by = decoder.ended ? 'marker' : isFinished ? 'size' : 'unfinished';
    if (by === 'marker' && size !== null && given < size) {
      throw new Malformed(`LZMA stream ends at ${given} of ${size} bytes`, decoder.inAt);
    }
    return { end: feed.base + decoder.inAt, by };
  } catch (error) {
    throw feed.located(error);
  }
}

/** Decodes an LZMA2 stream chunk by chunk. A piece is valid until the next is asked for.
 *  @returns (of the generator) where the stream ends in `source`
 *  @throws Malformed, Spent as {@link lzmaPieces} */
export function* lzma2Pieces(source: Source, at: number, dictionary: number): Pieces {
  const feed = new Feed(source, at);
  const decoder = new LzmaDecoder(feed.bytes, 0, feed.end, new Uint8Array(FIRST));
  const window = new Window(decoder, dictionary);
  const reader = new Lzma2Reader(decoder);
  let given = 0;
  try {
    for (;;) {
      decoder.inAt = feed.reach(decoder.inAt, LZMA2_CHUNK_LIMIT);
      decoder.inEnd = feed.end;
      const size = reader.chunkSize();
      if (size === null) return feed.base + decoder.inAt;
      window.room(size);
      const from = decoder.outAt;
      reader.next();
      given += size;
      // A chunk holds up to 2 MiB.
      for (let i = from; i < decoder.outAt; i += PIECE) {
        yield decoder.out.subarray(i, Math.min(decoder.outAt, i + PIECE));
      }
      checkDictionary(dictionary, given);
    }
  } catch (error) {
    throw feed.located(error);
  }
}

function reach(decoder: LzmaDecoder, feed: Feed): void {
  decoder.inAt = feed.reach(decoder.inAt, 2 * SYMBOL_INPUT);
  decoder.inEnd = feed.end;
  decoder.hasMore = !feed.isLast;
}

/** @throws Spent when a match might reach back to what is no longer kept */
function checkDictionary(dictionary: number, given: number): void {
  if (dictionary > DICTIONARY_LIMIT && given > DICTIONARY_LIMIT)
    throw new Spent(`LZMA dictionary ${DICTIONARY_LIMIT} bytes`);
}
