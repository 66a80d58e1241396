// What the scripts that make inputs of examiners share.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, type MatrixRow, NOTHING_DECLARED } from '#domain/declaration';
import type { Knowledge } from '#domain/knowledge';
import type { Observation } from '#domain/observation';
import type { ByteRange } from '#domain/range';
import type { Sighting } from '#domain/plugin';

type Facts<T> = T extends Observation ? Omit<T, 'place'> : never;

/** One observation in a file of the first tree.
 *  @param range  as if the line stood there */
export function seenIn(path: string, facts: Facts<Observation>, range: ByteRange = [0, 40], tree = 'tree-1'): Sighting {
  const digest = Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64);
  const place = { artefact: `sha256:${digest}` as const, path, range };
  return { tree, mode: 0o755, observation: { ...facts, place } };
}

/** A row of a matrix that says nothing but what is given. */
export function matrixRow(facts: Partial<MatrixRow>): MatrixRow {
  const nobody = { device: null, address: null, port: { kind: 'any' } } as const;
  return {
    at: 'Sheet1 row 2',
    component: null,
    from: nobody,
    to: nobody,
    transport: null,
    application: null,
    purpose: null,
    authentication: null,
    encryption: null,
    plane: null,
    direction: 'out',
    defaultState: null,
    blanket: false,
    defects: [],
    ...facts,
  };
}

export function declaration(facts: Partial<Declaration>): Declaration {
  return { ...NOTHING_DECLARED, source: 'declaration.yaml', ...facts };
}

export interface SightCase {
  readonly note: string;
  readonly sightings: readonly Sighting[];
  readonly declaration?: Declaration;
  readonly knowledge?: Partial<Knowledge>;
}

/** Writes cases of one examiner beside its script.
 *  @param folder  of the script */
export function writeSights(folder: string, cases: Readonly<Record<string, SightCase>>): void {
  for (const [name, { note, declaration: declared = null, ...input }] of Object.entries(cases)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'input.json'), `${JSON.stringify({ declaration: declared, ...input }, null, 1)}\n`);
    writeFileSync(join(folder, name, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  }
}
