/** Hostile variants of some inputs: each cut short at many places and with one bit turned over at many places. */
export interface Bent {
  /** `cut at 17`, `bit 3 of byte 17 turned`; the number of the input stands before it when there are several. */
  readonly name: string;
  readonly inputs: readonly Uint8Array[];
}

/** Places of each kind of bending, over all inputs of a case together. */
const PLACES = 256;

/** The same variants every time: no chance is involved. */
export function* bendsOf(inputs: readonly Uint8Array[]): Generator<Bent> {
  const places = placesIn(inputs);
  for (const { input, at } of places) {
    yield variant(inputs, input, `cut at ${at}`, (bytes) => bytes.slice(0, at));
  }
  for (const [index, { input, at }] of places.entries()) {
    const bit = (index * 5 + 7) % 8;
    yield variant(inputs, input, `bit ${bit} of byte ${at} turned`, (bytes) => {
      const bent = bytes.slice();
      bent[at] = (bent[at] ?? 0) ^ (1 << bit);
      return bent;
    });
  }
}

function variant(
  inputs: readonly Uint8Array[],
  input: number,
  what: string,
  bend: (bytes: Uint8Array) => Uint8Array,
): Bent {
  const name = inputs.length > 1 ? `input ${input}, ${what}` : what;
  return { name, inputs: inputs.map((bytes, i) => (i === input ? bend(bytes) : bytes)) };
}

interface PlaceIn {
  readonly input: number;
  readonly at: number;
}

/** Half of the places from the beginning, where headers stand, the others evenly over the rest. */
function placesIn(inputs: readonly Uint8Array[]): readonly PlaceIn[] {
  const size = inputs.reduce((sum, bytes) => sum + bytes.length, 0);
  const dense = size <= PLACES ? size : PLACES / 2;
  const sparse = size - dense === 0 ? 0 : PLACES - dense;
  const offsets = [
    ...Array.from({ length: dense }, (_, i) => i),
    ...Array.from({ length: sparse }, (_, i) => dense + Math.floor(((size - dense) * i) / sparse)),
  ];
  const places: PlaceIn[] = [];
  let input = 0;
  let base = 0;
  for (const offset of offsets) {
    while (offset - base >= (inputs[input]?.length ?? 0)) base += inputs[input++]?.length ?? 0;
    places.push({ input, at: offset - base });
  }
  return places;
}
