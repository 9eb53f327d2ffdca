import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** Opens a crash-safe database file that only its owner can read. Existing content is kept. */
export function openDatabase(path: string): DatabaseSync {
  // SQLite gives its side files the same permissions.
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
  // Has no effect once anything is written.
  if (statSync(path).size === 0) database.exec('pragma auto_vacuum = incremental');
  database.exec('pragma journal_mode = wal');
  // A power cut may lose the last moments, but breaks nothing.
  database.exec('pragma synchronous = normal');
  database.exec('pragma busy_timeout = 5000');
  // In pages of 4 KiB: pages that change repeatedly within seconds reach the file once.
  database.exec('pragma wal_autocheckpoint = 8000');
  // In KiB.
  database.exec('pragma cache_size = -32000');
}

/** Rolls work back if it fails. SQLite rolls some failures back itself; this handles the rest. */
export function orRollBack(database: DatabaseSync, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Connects Kysely to Node's built-in SQLite. */
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
