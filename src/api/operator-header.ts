// The header in which the command line names its own user beside the local operator's token. Loads nothing.

/** Believed of the local operator alone. */
export const OPERATOR_HEADER = "x-decnet-operator";
