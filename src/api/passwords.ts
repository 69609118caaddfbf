// Passwords as argon2id hashes, a few at a time: each check costs memory that a flood must not multiply.
// Never compares a password itself.

import { DecnetError } from "../contract/errors.ts";
import type { Random } from "../contract/random.ts";

/** Hashes and checks passwords. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** Checks that may run or wait at once; each running one takes about 64 MiB. */
const MAX_WAITING = 16;

/** Argon2id through Bun, one at a time. Throws `too_many` when too many wait. */
export function createPasswordHasher(): PasswordHasher {
  let waiting = 0;
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(task: () => Promise<T>): Promise<T> => {
    if (waiting >= MAX_WAITING)
      throw new DecnetError("too_many", "too many logins at once", { details: { retry_after_s: 1 } });
    waiting += 1;
    const turn = tail.then(task);
    tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };
  return {
    hash: (password) => inTurn(() => Bun.password.hash(password, { algorithm: "argon2id" })),
    verify: (password, hash) => inTurn(() => Bun.password.verify(password, hash)),
  };
}

/** A password for people to copy: 24 letters and digits that cannot be mistaken for each other, about 138 bits. */
export function generatePassword(random: Random): string {
  const alphabet = [..."ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"];
  const groups = Array.from({ length: 4 }, () =>
    Array.from({ length: 6 }, () => random.pick(alphabet)).join(""),
  );
  return groups.join("-");
}
