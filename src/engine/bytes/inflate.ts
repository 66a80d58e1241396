import { gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { Malformed } from '#domain/error';

/** Which wrapper stands around the DEFLATE stream. */
export type InflateForm = 'gzip' | 'zlib' | 'raw';

/** Largest output that is not put together from chunks: a block of a file system. */
const WHOLE_LIMIT = 1024 * 1024;

/** Bytes of a chunk otherwise, as zlib itself has it. */
const CHUNK = 16 * 1024;

/** What zlib gives with `info: true`: the engine knows how much input it took. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** Decompresses one gzip, zlib or raw DEFLATE stream at the beginning of `bytes`.
 *  @param limit       most bytes of output
 *  @param dictionary  output that stood before it: matches may reach back into it
 *  @returns the output and how many bytes of input it took
 *  @throws Malformed when the stream breaks or gives more than `limit` bytes */
export function inflateBlock(
  form: InflateForm,
  bytes: Uint8Array,
  limit: number,
  dictionary?: Uint8Array,
): { readonly out: Uint8Array; readonly taken: number } {
  const before = dictionary === undefined ? {} : { dictionary };
  const options = { info: true, ...sized(limit), ...before } as const;
  try {
    const decompress = form === 'gzip' ? gunzipSync : form === 'zlib' ? inflateSync : inflateRawSync;
    const { buffer, engine } = decompress(bytes, options) as unknown as Inflated; // @types/node does not know `info`
    if (buffer.length > limit) throw new Malformed(`more than ${limit} bytes of output`, 0);
    return { out: buffer, taken: engine.bytesWritten };
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed(`no ${form} stream: ${error instanceof Error ? error.message : String(error)}`, 0);
  }
}

/** Decompresses one zstd frame that fills `bytes`.
 *  @throws Malformed when it breaks or gives more than `limit` bytes */
export function zstdBlock(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return zstdDecompressSync(bytes, sized(limit));
  } catch (error) {
    throw new Malformed(`no zstd frame: ${error instanceof Error ? error.message : String(error)}`, 0);
  }
}

/** Output arrives in one piece where the limit is a block's; the byte more tells zlib that there is room left. */
function sized(limit: number): { readonly maxOutputLength: number; readonly chunkSize: number } {
  const whole = limit <= WHOLE_LIMIT;
  return { maxOutputLength: Math.max(1, limit), chunkSize: whole ? Math.max(64, limit + 1) : CHUNK };
}
