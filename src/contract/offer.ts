// What a machine offers, as it is written: a decoy's name, or name and port with a colon between them. Pure.
// Knows no decoy: who asks brings the registry's.

import { didYouMean } from "./nearest.ts";

/** A decoy, as far as offering it goes. */
export interface Offerable {
  readonly name: string;
  /** The port that its name alone stands for. */
  readonly port: number;
  /** Whether the product listens on several ports at once. */
  readonly severalPorts?: boolean;
}

/** A decoy at a port. */
export interface Offer {
  readonly name: string;
  readonly port: number;
}

/** Ports that names alone stand for. */
export function usualPorts(decoys: readonly Offerable[]): (name: string) => number | undefined {
  return (name) => decoys.find((decoy) => decoy.name === name)?.port;
}

/** What can be wrong with one machine's offers. */
export type OfferFaultCode = "bad_port" | "unknown_service" | "duplicate_port" | "one_port";

/** What is wrong with them, and the remedy. */
export interface OfferFault {
  readonly code: OfferFaultCode;
  readonly message: string;
}

/** Most offers of one machine. */
export const MAX_OFFERS = 32;

/** The highest port. */
export const MAX_PORT = 65_535;
const WRITTEN = /^([a-z0-9][a-z0-9-]*)(?::([1-9]\d{0,4}))?$/;

/** The decoy's name in an offer, whatever follows it. */
export function nameIn(text: string): string {
  return text.split(":", 1)[0] ?? "";
}

/** Name and port as they are written; undefined for what is neither `name` nor `name:port`. */
export function parseOffer(
  text: string,
): { readonly name: string; readonly port: number | undefined } | undefined {
  const [, name, digits] = WRITTEN.exec(text) ?? [];
  if (name === undefined) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  return port !== undefined && port > MAX_PORT ? undefined : { name, port };
}

/** The shortest way to write it: the name alone stands for the usual port. */
export function formatOffer({ name, port }: Offer, usual: number | undefined): string {
  return port === usual ? name : `${name}:${port}`;
}

/** What offers come to, in their order: what can't be read or is no decoy is left out, and what is there already. */
export function offersOf(
  texts: readonly string[],
  usual: (name: string) => number | undefined,
): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const text of texts) {
    const written = parseOffer(text);
    const port = written && (written.port ?? usual(written.name));
    if (!written || port === undefined || usual(written.name) === undefined) continue;
    offers.set(`${written.name}:${port}`, { name: written.name, port });
  }
  return [...offers.values()];
}

/** The same offers in the shortest way of writing, each once. */
export function normalOffers(
  texts: readonly string[],
  usual: (name: string) => number | undefined,
): readonly string[] {
  return offersOf(texts, usual).map((offer) => formatOffer(offer, usual(offer.name)));
}

interface Placed extends Offer {
  readonly text: string;
  /** The port that its name alone stands for. */
  readonly usual: number;
}

/** Two offers of one port; the remedy moves the one that is not where it usually is. */
function twice(first: Placed, second: Placed): OfferFault {
  const { name, port } = second;
  if (first.name === name) {
    const message = `${first.text} and ${second.text} are the same: ${name} on port ${port}; keep one`;
    return { code: "duplicate_port", message };
  }
  const moved = port === second.usual ? first : second;
  const free = port + 8000 > MAX_PORT ? port - 8000 : port + 8000;
  const message = `${first.text} and ${second.text} can't both have port ${port}; give one of them another, as in ${moved.name}:${free}`;
  return { code: "duplicate_port", message };
}

/**
 * What is asked for of several machines together: in the shortest way of writing, each once; and the faults that any has
 * by itself.
 */
export function readOffers(
  texts: readonly string[],
  decoys: readonly Offerable[],
): { readonly offers: readonly string[]; readonly faults: readonly OfferFault[] } {
  return {
    offers: normalOffers(texts, usualPorts(decoys)),
    faults: texts.flatMap((text) => offerFaults([text], decoys)),
  };
}

/** Every fault that one machine's offers have, in their order. */
export function offerFaults(texts: readonly string[], decoys: readonly Offerable[]): readonly OfferFault[] {
  const names = decoys.map(({ name }) => name);
  const placed: Placed[] = [];
  return texts.flatMap((text): OfferFault[] => {
    const known = decoys.find(({ name }) => name === nameIn(text));
    if (!known) {
      const name = nameIn(text);
      const remedy = didYouMean(name, names) || ` Known: ${names.join(", ")}.`;
      return [{ code: "unknown_service", message: `there is no decoy "${name}".${remedy}` }];
    }
    const { name } = known;
    const written = parseOffer(text);
    if (!written) {
      const message = `"${text}" is no offer: write ${name}, or ${name}:port with a port from 1 to ${MAX_PORT}`;
      return [{ code: "bad_port", message }];
    }
    const offer = { name, port: written.port ?? known.port, usual: known.port, text };
    const other = placed.find(({ port }) => port === offer.port);
    if (other) return [twice(other, offer)];
    const first = placed.find((one) => one.name === name);
    placed.push(offer);
    if (!first || known.severalPorts) return [];
    const several = decoys.filter(({ severalPorts }) => severalPorts).map((decoy) => decoy.name);
    const message = `${name} listens on one port: keep ${first.text} or ${text} (${several.join(" and ")} may have several)`;
    return [{ code: "one_port", message }];
  });
}
