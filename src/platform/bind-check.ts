// Whether a TCP address can be listened on, asked before anything is started, so that the answer can be a sentence.

import { createServer } from "node:net";
import { DecnetError, systemErrorCode, toError } from "../contract/errors.ts";
import { portOwner } from "./port-owner.ts";

/** Binds and lets go. Throws DecnetError `config` or `conflict` whose message begins with `flag` and names the remedy. */
export function checkBind(flag: string, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => reject(explain(error, { flag, host, port })));
    server.listen({ host, port }, () => server.close(() => resolve()));
  });
}

function explain(error: unknown, at: { flag: string; host: string; port: number }): DecnetError {
  const { flag, host, port } = at;
  switch (systemErrorCode(error)) {
    case "EADDRINUSE": {
      const owner = portOwner(host, port);
      const by = owner === undefined ? "" : ` by ${owner}`;
      return new DecnetError("conflict", `${flag}: port ${port} on ${host} is taken${by}; choose another`);
    }
    case "EACCES":
      return new DecnetError("config", `${flag}: port ${port} needs root; choose one from 1024 up`);
    case "EADDRNOTAVAIL":
      return new DecnetError("config", `${flag}: ${host} is not an address of this host; see "ip address"`);
    default:
      return new DecnetError("config", `${flag}: cannot listen on ${host}: ${toError(error).message}`);
  }
}
