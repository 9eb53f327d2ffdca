import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** Opens a database file that a crash cannot break, and that nobody else may read: what was committed before is in it. */
export function openDatabase(path: string): DatabaseSync {
  // SQLite gives the files beside it the same rights.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  try {
    setUp(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function setUp(database: DatabaseSync, path: string): void {
  // Once anything is written, it has no effect.
  if (statSync(path).size === 0) database.exec('pragma auto_vacuum = incremental');
  database.exec('pragma journal_mode = wal');
  // What the last moments before a power cut wrote may be lost, but nothing breaks.
  database.exec('pragma synchronous = normal');
  database.exec('pragma busy_timeout = 5000');
  // In pages of 4 KiB: what is written again and again within seconds goes to the file once.
  database.exec('pragma wal_autocheckpoint = 8000');
  // In KiB.
  database.exec('pragma cache_size = -32000');
}

/** Does work of which nothing is kept when it fails. SQLite itself takes some failures back; what is left is taken back here. */
export function orRollBack(database: DatabaseSync, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Lets Kysely speak to the SQLite that Node brings. */
export function nodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare(sql) {
        const statement = database.prepare(sql);
        const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...values(parameters)),
          run: (parameters) => statement.run(...values(parameters)),
          iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
        };
      },
    },
  });
}
