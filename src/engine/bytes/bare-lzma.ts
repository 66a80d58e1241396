import { Malformed } from '#domain/error';
import { LzmaDecoder, type LzmaProperties } from '#engine/bytes/lzma';

/** How streams that do not say it themselves are coded: where in a block they begin, and by which properties. */
export interface BareForm extends LzmaProperties {
  /** Bytes before the stream whose meaning only the vendor knows. */
  readonly offset: number;
}

/** Bytes that may stand before a stream: more than any vendor was seen to put there. */
const OFFSET_LIMIT = 10;

/** What encoders do when nothing is asked of them. */
const USUAL: LzmaProperties = { lc: 3, lp: 0, pb: 2 };

/** All properties that encoders of today allow, the usual ones first. */
const PROPERTIES: readonly LzmaProperties[] = [USUAL, ...allProperties()];

/** Bytes that an encoder may leave behind its last symbol. */
const TAIL_LIMIT = 5;

/** Bytes that all tries of one reader may decode, and what even the shortest try costs. */
const SEARCH_LIMIT = 64 * 2 ** 20;
const TRY_LEAST = 4096;

/** Decodes LZMA streams without any header, as the firmware of some vendors has them: the properties are found by trying.
 *  A try counts only where the coder ends exactly as an encoder leaves it, which of wrong ones one in 2^32 does. */
export class BareLzma {
  /** What the last stream was coded by; null: none was read yet. */
  form: BareForm | null = null;
  private searched = 0;

  /** @param limit  most bytes of output
   *  @throws Malformed when no properties give a whole stream */
  unpack(bytes: Uint8Array, limit: number): Uint8Array {
    const room = new Uint8Array(limit);
    const known = this.form === null ? null : attempt(bytes, this.form, room).out;
    if (known !== null) return known;
    for (let offset = 0; offset <= OFFSET_LIMIT; offset++) {
      // Every range coder begins with a zero byte; zeros and nothing else are no stream.
      if (bytes[offset] !== 0 || bytes.length < offset + 5) continue;
      if (bytes.subarray(offset, offset + 16).every((byte) => byte === 0)) continue;
      for (const properties of PROPERTIES) {
        if (this.searched > SEARCH_LIMIT)
          throw new Malformed(`no LZMA stream in ${SEARCH_LIMIT} bytes of tries`, 0);
        const form = { ...properties, offset };
        const { out, decoded } = attempt(bytes, form, room);
        this.searched += TRY_LEAST + decoded;
        if (out === null) continue;
        this.form = form;
        return out;
      }
    }
    throw new Malformed('no LZMA stream by any properties', 0);
  }
}

/** @param room  what the output is written to
 *  @returns the output, null when the stream is none; how many bytes were decoded to know it */
function attempt(
  bytes: Uint8Array,
  form: BareForm,
  room: Uint8Array,
): { readonly out: Uint8Array | null; readonly decoded: number } {
  const decoder = new LzmaDecoder(bytes, form.offset, bytes.length, room);
  try {
    decoder.setProperties(form);
    decoder.startRange();
    decoder.run(room.length, true);
  } catch (error) {
    if (error instanceof Malformed) return { out: null, decoded: decoder.outAt };
    throw error;
  }
  const isWhole = (decoder.ended || decoder.isFinished()) && decoder.inEnd - decoder.inAt <= TAIL_LIMIT;
  const out = isWhole && decoder.outAt > 0 ? decoder.out.subarray(0, decoder.outAt) : null;
  return { out, decoded: decoder.outAt };
}

function* allProperties(): Generator<LzmaProperties> {
  for (let lc = 0; lc <= 4; lc++) {
    for (let lp = 0; lp + lc <= 4; lp++) {
      for (let pb = 0; pb <= 4; pb++) yield { lc, lp, pb };
    }
  }
}
