import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Digest } from '#domain/artefact';
import { Refused } from '#domain/error';
import { QUESTIONS } from '#domain/question';
import type { AssayRecord } from '#domain/record';
import { recordSchema } from '#engine/schema';

const digest = z.custom<Digest>((value) => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value));

const caseSchema = z.strictObject({
  schema: z.literal('assay-case/1'),
  id: z.string(),
  releases: z.array(
    z.strictObject({
      label: z.string(),
      releasedAt: z.string().nullable(),
      state: z.enum(['as-shipped', 'as-configured', 'as-running']),
      inputs: z.array(
        z.strictObject({
          name: z.string(),
          digest,
          size: z.number(),
          kind: z.enum([
            'firmware',
            'tree',
            'capture',
            'matrix',
            'config',
            'scan',
            'sbom',
            'log',
            'declaration',
          ]),
          from: z.string().nullable(),
        }),
      ),
    }),
  ),
});

/** `case.json`: what was handed in, by release, oldest first. */
export type CaseFile = z.infer<typeof caseSchema>;
export type CaseRelease = CaseFile['releases'][number];
export type CaseInput = CaseRelease['inputs'][number];

/** The case in a folder, or null when the folder holds none.
 *  @throws Refused when case.json is there and cannot be understood */
export function readCase(folder: string): CaseFile | null {
  const path = join(folder, 'case.json');
  if (!existsSync(path)) return null;
  try {
    return caseSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new Refused(`${path} is not a case of this version`, 'name another folder with --case');
  }
}

export function writeCase(folder: string, content: CaseFile): void {
  replaceFile(join(folder, 'case.json'), `${JSON.stringify(content, null, 2)}\n`);
}

/** Numbers of the revisions that exist, ascending. */
export function revisionsOf(folder: string): readonly number[] {
  const path = join(folder, 'revisions');
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => /^[1-9][0-9]*$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** @throws Refused when the record is missing or damaged */
export function readRevision(folder: string, revision: number): AssayRecord {
  const path = join(folder, 'revisions', String(revision), 'record.json');
  try {
    const record = recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    if (record.questions.length !== QUESTIONS.length) throw new Error('questions missing');
    return record;
  } catch {
    throw new Refused(`${path} is missing or damaged`, 'examine again into a new case');
  }
}

/** Writes all documents of a revision, or none: they become visible together.
 *  @param documents  file name → content */
export function writeRevision(
  folder: string,
  revision: number,
  documents: Readonly<Record<string, string>>,
): string {
  const place = join(folder, 'revisions', String(revision));
  if (existsSync(place))
    throw new Refused(`revision ${revision} exists already`, 'revisions are never changed; run again');
  const draft = join(folder, 'revisions', `draft-${process.pid}`);
  mkdirSync(draft, { recursive: true });
  try {
    for (const [name, content] of Object.entries(documents))
      writeFileSync(join(draft, name), content, { flush: true });
    renameSync(draft, place);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return place;
}

/** A file that is either the old one or the new one, whatever happens in between. */
function replaceFile(path: string, content: string): void {
  const draft = `${path}.draft-${process.pid}`;
  writeFileSync(draft, content, { flush: true });
  renameSync(draft, path);
}
