// What a migration is: a number, a name and the SQL that goes from the number before to this one.

/** One step of the schema. Numbers are 1, 2, 3 …; a step that has been released never changes. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Statements separated by semicolons; run in one transaction with the new version number. */
  readonly sql: string;
}
