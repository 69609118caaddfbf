// Topics and patterns: what is one, and which values a topic reaches.
// Pure; knows nothing of frames, payloads or the catalogue.

/** What a header holds besides its verb, a space and LF. */
const MAX_SUBJECT = 4091;

/** What no token holds, besides what is not printable ASCII. */
const DOT = 0x2e;
const STAR = 0x2a;
const MORE = 0x3e;

/** Whether a text is one token or, with `dots`, several separated by `.`; none is empty. */
function isMadeOfTokens(text: string, dots: boolean): boolean {
  let before = DOT;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x21 || code > 0x7e || code === STAR || code === MORE) return false;
    if (code === DOT && (!dots || before === DOT)) return false;
    before = code;
  }
  return before !== DOT;
}

/** True for one token: printable ASCII without `.`, `*`, `>` or white space, not empty. */
export function isToken(text: string): boolean {
  return isMadeOfTokens(text, false);
}

/** True for a topic: tokens separated by `.`. */
export function isTopic(text: string): boolean {
  return text.length <= MAX_SUBJECT && isMadeOfTokens(text, true);
}

/** True for a pattern: a topic in which a token may be `*`, and the last one `>`. */
export function isPattern(text: string): boolean {
  if (text.length > MAX_SUBJECT) return false;
  const tokens = text.split(".");
  return tokens.every(
    (token, i) => token === "*" || (token === ">" && i === tokens.length - 1) || isToken(token),
  );
}

interface Node<T> {
  readonly children: Map<string, Node<T>>;
  readonly values: Set<T>;
}

function createNode<T>(): Node<T> {
  return { children: new Map(), values: new Set() };
}

/** Most topics whose matches are remembered. */
export const MATCH_CACHE = 1024;

/**
 * Values by pattern. A trie whose level holds literal children, one for `*` and one for `>`
 * (neither is a token, so they share the map), before it a bounded cache of topics already matched.
 */
export class Matcher<T> {
  readonly #root: Node<T> = createNode();
  readonly #cache = new Map<string, readonly T[]>();
  /** The newest list of each length: topics that reach the same values share one list. */
  readonly #lists = new Map<number, readonly T[]>();
  #size = 0;

  /** Pairs of pattern and value. */
  get size(): number {
    return this.#size;
  }

  /** Adds a pair; false when it was there. `pattern` must be one ({@link isPattern}). */
  add(pattern: string, value: T): boolean {
    let node = this.#root;
    for (const token of pattern.split(".")) {
      const next = node.children.get(token) ?? createNode<T>();
      node.children.set(token, next);
      node = next;
    }
    if (node.values.has(value)) return false;
    node.values.add(value);
    this.#size++;
    this.#forget();
    return true;
  }

  /** Removes a pair and the branches that it leaves empty; false when it was not there. */
  remove(pattern: string, value: T): boolean {
    const path: { readonly node: Node<T>; readonly token: string }[] = [];
    let node: Node<T> | undefined = this.#root;
    for (const token of pattern.split(".")) {
      path.push({ node, token });
      node = node.children.get(token);
      if (!node) return false;
    }
    if (!node.values.delete(value)) return false;
    this.#size--;
    this.#forget();
    for (const step of path.reverse()) {
      const child = step.node.children.get(step.token);
      if (!child || child.children.size > 0 || child.values.size > 0) break;
      step.node.children.delete(step.token);
    }
    return true;
  }

  /** What {@link match} said for this topic, if it is remembered. */
  remembered(topic: string): readonly T[] | undefined {
    return this.#cache.get(topic);
  }

  /** Values whose patterns match, each once, in no given order. The list is shared: do not change it. */
  match(topic: string): readonly T[] {
    const known = this.#cache.get(topic);
    if (known) return known;
    const found = new Set<T>();
    collect(this.#root, topic.split("."), 0, found);
    const values = this.#shared([...found]);
    if (this.#cache.size >= MATCH_CACHE) this.#forget();
    this.#cache.set(topic, values);
    return values;
  }

  /** The list that is there already for the same values in the same order, else this one. */
  #shared(values: readonly T[]): readonly T[] {
    const known = this.#lists.get(values.length);
    if (known?.every((value, i) => value === values[i])) return known;
    this.#lists.set(values.length, values);
    return values;
  }

  #forget(): void {
    this.#cache.clear();
    this.#lists.clear();
  }
}

function collect<T>(node: Node<T>, tokens: readonly string[], at: number, found: Set<T>): void {
  const token = tokens[at];
  if (token === undefined) {
    for (const value of node.values) found.add(value);
    return;
  }
  const rest = node.children.get(">");
  if (rest) for (const value of rest.values) found.add(value);
  const literal = node.children.get(token);
  if (literal) collect(literal, tokens, at + 1, found);
  const any = node.children.get("*");
  if (any) collect(any, tokens, at + 1, found);
}
