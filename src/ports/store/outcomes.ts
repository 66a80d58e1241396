import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Outcomes } from '#domain/ports';
import type { Outcome } from '#domain/task';

/** Kept outcomes in `folder`/cache.sqlite. A disposable cache: without it everything is computed again. */
export interface KeptOutcomes extends Outcomes {
  /** Writes what is pending; to be called at the end, and every few seconds by itself. */
  close(): void;
}

/** Outcomes written in one transaction; an interrupted run loses at most these. */
const BATCH = 500;

export function sqliteOutcomes(folder: string): KeptOutcomes {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'cache.sqlite'));
  database.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal;');
  // The names in an index of their own: beside an outcome of 20 MB, each search would read all of it to compare a name.
  database.exec('create table if not exists kept (name text primary key, json text not null)');
  const select = database.prepare(
    'select name, json from kept where name in (select value from json_each(?))',
  );
  const insert = database.prepare('insert or ignore into kept (name, json) values (?, ?)');
  let pending = 0;
  const commit = () => {
    if (pending > 0) database.exec('commit');
    pending = 0;
  };
  return {
    get(names) {
      const found = new Map<string, Outcome>();
      for (const { name, json } of select.iterate(JSON.stringify(names))) {
        // Its shape was checked when the worker gave it, and the name holds the digest of the code that reads it.
        if (typeof name === 'string' && typeof json === 'string')
          found.set(name, JSON.parse(json) as Outcome);
      }
      return found;
    },
    put(name, outcome) {
      if (pending === 0) database.exec('begin');
      insert.run(name, JSON.stringify(outcome));
      if (++pending >= BATCH) commit();
    },
    close() {
      commit();
      database.close();
    },
  };
}
