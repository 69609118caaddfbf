// Topic templates (`decky.{id}.state`): their parameters as a type, and the text for given parameters.
// Refuses a parameter that is not exactly one token.

import { DecnetError } from "../contract/errors.ts";
import { isToken } from "./subject.ts";

type ParamName<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamName<Rest>
  : never;

/** `{id: string}` for `decky.{id}.state`; an object without keys where there is no parameter. */
export type TemplateParams<Template extends string> = [ParamName<Template>] extends [never]
  ? Readonly<Record<string, never>>
  : Readonly<Record<ParamName<Template>, string>>;

const PARAM = /^\{([a-z]+)\}$/;

/** The name of the parameter that `token` of a template is, if it is one. */
export function paramOf(token: string): string | undefined {
  return PARAM.exec(token)?.[1];
}

/** Fills a template. A missing parameter is `missing`, or refused where that is not given (DecnetError `invalid`). */
export function buildTopic(
  template: string,
  params: Readonly<Record<string, unknown>>,
  missing?: string,
): string {
  return template
    .split(".")
    .map((token) => {
      const name = paramOf(token);
      if (name === undefined) return token;
      const value = Object.hasOwn(params, name) ? params[name] : undefined;
      if (value === undefined && missing !== undefined) return missing;
      if (typeof value === "string" && isToken(value)) return value;
      throw new DecnetError("invalid", `not a topic token: ${name} of ${template}`);
    })
    .join(".");
}
