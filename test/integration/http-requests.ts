// Builds requests as byte strings for the comparisons. Nothing else.

/** The usual Host field. */
export const HOST = "Host: x\r\n";

/** A request without a body. */
export function get(target: string, headers = "", method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;
}

/** A POST with a body of known length. */
export function post(target: string, body: string, headers = ""): string {
  return `POST ${target} HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${headers}\r\n${body}`;
}
