import type { About } from '#domain/about';
import type { Opened } from '#domain/artefact';
import type { Declaration } from '#domain/declaration';
import type { Observation } from '#domain/observation';
import type { AssayRecord } from '#domain/record';
import type { Outcome } from '#domain/task';
import type {
  aboutSchema,
  declarationSchema,
  observationSchema,
  openedSchema,
  outcomeSchema,
  recordSchema,
} from '#engine/schema';
import type { z } from 'zod';

/* Nothing here runs: the compiler refuses the file when a schema and its domain type part. */

/** The same type with nothing readonly, at any depth: what a parser gives may be changed by its owner. */
type Open<T> = T extends string | number | boolean | null | undefined
  ? T
  : { -readonly [K in keyof T]: Open<T[K]> };

/** True only when each type can stand for the other in every place. */
// oxlint-disable-next-line no-unnecessary-type-parameters -- two generic functions are compared, which makes the compiler compare A and B exactly
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Mirrors<S extends z.ZodType, T> = Same<Open<z.infer<S>>, Open<T>>;

type Holds<T extends true> = T;

export type Proofs = [
  Holds<Mirrors<typeof openedSchema, Opened>>,
  Holds<Mirrors<typeof observationSchema, Observation>>,
  Holds<Mirrors<typeof outcomeSchema, Outcome>>,
  Holds<Mirrors<typeof aboutSchema, About>>,
  Holds<Mirrors<typeof declarationSchema, Declaration>>,
  Holds<Mirrors<typeof recordSchema, AssayRecord>>,
];

// The test can fail: a type with one key more, one key optional or one key of another type is not the same.
type Fails<T extends false> = T;

export type Refutations = [
  Fails<Same<Open<{ readonly a: 1; readonly b: 2 }>, Open<{ readonly a: 1 }>>>,
  Fails<Same<Open<{ readonly a?: 1 }>, Open<{ readonly a: 1 }>>>,
  Fails<Same<Open<{ readonly a: readonly string[] }>, Open<{ readonly a: readonly number[] }>>>,
];
