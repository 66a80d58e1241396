import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Elicited, Remark } from '#domain/elicited';
import { Refused } from '#domain/error';
import type { InputKind } from '#domain/record';
import type { Registry } from '#domain/registry';
import type { Outcome, Task } from '#domain/task';
import {
  elicitedDeclaration,
  joinedDeclarations,
  readDeclaration,
  type ReadDeclaration,
} from '#engine/documents';
import { depositFile, type GivenInput } from '#ports/cli/inputs';
import { inlineRun } from '#ports/jobs/inline';
import { processPool } from '#ports/jobs/processes';
import { bestSandbox } from '#ports/sandbox/sandbox';
import { fileBlobs } from '#ports/store/files';

/** What the documents of one command declare together, and the inputs with what each turned out to be. */
export interface ReadDocuments {
  readonly declaration: ReadDeclaration | null;
  readonly given: readonly GivenInput[];
}

/** A document that takes longer is hostile. */
const SILENCE_MS = 60_000;

/** Reads every document before anything is examined, so that one that is not understood costs no hour. They are parsed
 *  where all bytes of a vendor are: in a confined worker, here over a folder that holds nothing else and does not stay.
 *  @param inProcess  true: in this process, unconfined
 *  @throws Refused for the first that is not understood */
export async function readDocuments(
  given: readonly GivenInput[],
  registry: Registry,
  inProcess: boolean,
): Promise<ReadDocuments> {
  const outcomes = await elicited(
    given.filter(({ isDocument }) => isDocument),
    registry,
    inProcess,
  );
  const read = given.map(
    (input): { readonly input: GivenInput; readonly declaration: ReadDeclaration | null } => {
      if (input.document !== null) return { input, declaration: readDeclaration(input.document, input.name) };
      if (!input.isDocument) return { input, declaration: null };
      const { parts, remarks } = understood(input, outcomes.get(input));
      return {
        input: { ...input, kind: kindOf(parts) },
        declaration: elicitedDeclaration(input.name, parts, remarks),
      };
    },
  );
  return {
    declaration: joinedDeclarations(read.flatMap(({ declaration }) => declaration ?? [])),
    given: read.map(({ input }) => input),
  };
}

function kindOf(parts: readonly Elicited[]): InputKind {
  if (parts.some(({ subject }) => subject === 'matrix')) return 'matrix';
  return parts.some(({ subject }) => subject === 'components') ? 'sbom' : 'declaration';
}

function understood(
  { name }: GivenInput,
  outcome: Outcome | undefined,
): { readonly parts: readonly Elicited[]; readonly remarks: readonly Remark[] } {
  if (outcome?.kind === 'elicited') return { parts: outcome.elicited, remarks: outcome.remarks };
  const why = outcome?.kind === 'failed' || outcome?.kind === 'killed' ? outcome.why : 'nothing came of it';
  throw new Refused(
    `${name} could not be read: ${why}`,
    'leave it out, and tell us: a document must never do this',
  );
}

async function elicited(
  documents: readonly GivenInput[],
  registry: Registry,
  inProcess: boolean,
): Promise<ReadonlyMap<GivenInput, Outcome>> {
  const outcomes = new Map<GivenInput, Outcome>();
  if (documents.length === 0) return outcomes;
  const folder = mkdtempSync(join(tmpdir(), 'assay-documents-'));
  try {
    const blobs = fileBlobs(folder);
    const tasks = documents.map(
      ({ name, path }): Task => ({ kind: 'elicit', name, artefact: depositFile(path, blobs) }),
    );
    const pool = inProcess
      ? null
      : processPool({ workers: 1, sandbox: bestSandbox(), folders: [folder], blobs, silenceMs: SILENCE_MS });
    try {
      await (pool?.run ?? inlineRun(registry, blobs))(tasks, (index, outcome) => {
        const document = documents[index];
        if (document !== undefined) outcomes.set(document, outcome);
      });
    } finally {
      pool?.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return outcomes;
}
